package com.auterity.neuroweaver.datasets.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.SharedData;
import com.auterity.neuroweaver.datasets.schema.BadValueException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.auterity.neuroweaver.datasets.schema.TextValues;
import com.auterity.neuroweaver.datasets.schema.TypeInference;
import com.auterity.neuroweaver.datasets.schema.Utf8Values;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches give what the readers with an object for each cell give. */
class BatchSourceTest {
  private static final List<ColumnDeclaration> COLUMNS =
      List.of(
          new ColumnDeclaration("id", ColumnType.INT64, SemanticType.NONE, false),
          new ColumnDeclaration("text", ColumnType.STRING, SemanticType.NONE, true),
          new ColumnDeclaration("x", ColumnType.FLOAT64, SemanticType.NONE, true),
          new ColumnDeclaration("ok", ColumnType.BOOL, SemanticType.NONE, true),
          new ColumnDeclaration("day", ColumnType.DATE, SemanticType.NONE, true),
          new ColumnDeclaration("at", ColumnType.TIMESTAMP, SemanticType.NONE, true));
  private static final String[] CELLS = {
    "",
    "1",
    "-7",
    "007",
    " 12 ",
    "9223372036854775808",
    "0.1",
    "-0",
    "1e6",
    ".5",
    "5.",
    "3.14159",
    "123456789012345678",
    "true",
    "N",
    "yes",
    "2026-01-31",
    "2026-02-30",
    "2024-02-29",
    "20260131",
    "0001-01-01",
    "2026-01-31T09:30:00Z",
    "2026-01-31 09:30:00.5",
    "2026-01-31T09:30:00.1234567Z",
    "2026-01-31T09:30",
    "2026-01-31T09:30:00+02:00",
    "brakes",
    "5\" pipe",
    "Größe",
    "\uD83D\uDE97"
  };

  @TempDir Path folder;

  private record Read(List<Row> rows, Map<String, Long> counts, Object first, String error) {}

  @ParameterizedTest
  @ValueSource(strings = {",", "\t", ";"})
  void randomTextGivesTheSameRowsAndRejections(String delimiter) throws IOException {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      Path file = folder.resolve("random.csv");
      Files.writeString(file, text(random, delimiter, seed % 5 == 0));
      FileOptions options =
          FileOptions.of(delimiter.equals("\t") ? FileFormat.TSV : FileFormat.CSV)
              .withDelimiter(delimiter.charAt(0))
              .withHeader(seed % 2 == 0)
              .withColumns(COLUMNS);
      assertEquals(byRow(file, options), byBatch(file, options), "seed " + seed);
      if (seed % 5 != 0) {
        assertEquals(
            inferred(types -> DelimitedReader.inferByRecord(file, options, types)),
            inferred(types -> DelimitedReader.infer(file, options, types)),
            "seed " + seed);
      }
    }
  }

  /** The number of records and the columns' types. */
  private static Map<Long, List<ColumnType>> inferred(ToLongFunction<List<TypeInference>> how) {
    List<TypeInference> types = COLUMNS.stream().map(column -> new TypeInference()).toList();
    return Map.of(how.applyAsLong(types), types.stream().map(TypeInference::type).toList());
  }

  /** Some records are longer than a block, and blocks end anywhere in a record. */
  @Test
  void recordsOverBlocksStayWhole() throws IOException {
    Path file = folder.resolve("long.csv");
    Random random = new Random(7);
    StringBuilder text = new StringBuilder("id,text\n");
    for (int i = 0; i < 400; i++) {
      text.append(i).append(",\"");
      int length = random.nextInt(i % 100 == 0 ? 3_000_000 : 20_000);
      text.append("ab\n\"\"ü,".repeat(length / 8)).append("\"\r\n");
    }
    Files.writeString(file, text);
    FileOptions options = FileOptions.of(FileFormat.CSV);
    assertEquals(byRow(file, options), byBatch(file, options));
  }

  @Test
  void aFileOpenedAtAPieceGoesOnThere() throws IOException {
    Path csv = folder.resolve("pieces.csv");
    StringBuilder text = new StringBuilder("id,text\n");
    for (int i = 0; i < 300_000; i++) {
      text.append(i % 1_000 == 7 ? "x" : i).append(",\"ab\ncd ").append(i).append("\"\n");
    }
    Files.writeString(csv, text);
    Path json = folder.resolve("rows.jsonl");
    Files.writeString(json, "{\"a\":1}\n{\"a\":2}\nno\n".repeat(20_000));
    for (Path file : List.of(csv, json)) {
      FileOptions options =
          FileOptions.of(FileFormat.ofFile(file))
              .withColumns(
                  file == json
                      ? List.of()
                      : List.of(
                          new ColumnDeclaration("id", ColumnType.INT64, SemanticType.NONE, true)));
      List<BatchSource.Batch> all = batches(file, options, BatchSource.Position.BEGINNING);
      assertTrue(all.size() > 3);
      for (int i = 0; i < all.size(); i++) {
        List<BatchSource.Batch> rest = batches(file, options, all.get(i).start());
        assertEquals(all.size() - i, rest.size());
        for (int j = 0; j < rest.size(); j++) {
          assertEquals(all.get(i + j).start(), rest.get(j).start());
          assertEquals(all.get(i + j).rows().asRows(), rest.get(j).rows().asRows());
          assertEquals(all.get(i + j).rejected().counts(), rest.get(j).rejected().counts());
          assertEquals(all.get(i + j).rejected().first(), rest.get(j).rejected().first());
        }
      }
    }
  }

  private static List<BatchSource.Batch> batches(
      Path file, FileOptions options, BatchSource.Position from) {
    List<BatchSource.Batch> batches = new ArrayList<>();
    try (BatchSource source = DatasetFile.openBatches(file, options, from, 1_000)) {
      for (BatchSource.Piece piece = source.next(); piece != null; piece = source.next()) {
        batches.add(piece.call());
      }
    }
    return batches;
  }

  @Test
  void aWrongByteIsRefusedWithItsLine() throws IOException {
    Path file = folder.resolve("latin1.csv");
    Files.write(
        file,
        ("a,b\n" + "1,ok\n".repeat(50_000) + "2,Größe\n").getBytes(StandardCharsets.ISO_8859_1));
    FileOptions options =
        FileOptions.of(FileFormat.CSV)
            .withColumns(
                List.of(
                    new ColumnDeclaration("a", ColumnType.INT64, SemanticType.NONE, true),
                    new ColumnDeclaration("b", ColumnType.STRING, SemanticType.NONE, true)));
    String error = byBatch(file, options).error();
    assertTrue(error.contains("not UTF-8") && error.contains("line 50002"), error);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "alltypes_plain.parquet",
        "alltypes_dictionary.parquet",
        "alltypes_plain.snappy.parquet",
        "byte_stream_split.zstd.parquet",
        "datapage_v2.snappy.parquet",
        "delta_binary_packed.parquet",
        "fixed_length_decimal.parquet",
        "int96_from_spark.parquet",
        "lz4_raw_compressed.parquet",
        "nulls.snappy.parquet"
      })
  void parquetGivesTheSameRows(String name) {
    Path file = SharedData.get("parquet").resolve(name);
    FileOptions options = FileOptions.of(FileFormat.PARQUET);
    assertEquals(byRow(file, options), byBatch(file, options));
  }

  /** A declared type that the file has anyway costs nothing. */
  @Test
  void parquetIsReadInColumnsWhenItsOwnTypesAreDeclared() throws IOException {
    Path file = folder.resolve("typed.parquet");
    SampleRows.write(
        SampleRows.rows(1_000),
        new ParquetRowWriter(file, SampleRows.SCHEMA, ParquetRowWriter.Compression.ZSTD));
    FileOptions options =
        FileOptions.of(FileFormat.PARQUET)
            .withColumns(SampleRows.SCHEMA.columns().stream().map(ColumnDeclaration::of).toList());
    try (BatchSource source =
        DatasetFile.openBatches(file, options, BatchSource.Position.BEGINNING, 20)) {
      assertInstanceOf(ParquetBatches.class, source);
    }
    assertEquals(byRow(file, options), byBatch(file, options));
    FileOptions wider =
        FileOptions.of(FileFormat.PARQUET)
            .withColumns(
                List.of(new ColumnDeclaration("id", ColumnType.FLOAT64, SemanticType.NONE, true)));
    assertEquals(byRow(file, wider), byBatch(file, wider));
  }

  @Test
  void parquetRowsWithoutARequiredValueAreRejectedAlike() throws IOException {
    Schema schema =
        new Schema(
            List.of(
                Column.of("id", ColumnType.INT64),
                Column.of("text", ColumnType.STRING),
                Column.of("at", ColumnType.TIMESTAMP)));
    Path file = folder.resolve("nulls.parquet");
    Random random = new Random(3);
    try (ParquetRowWriter writer =
        new ParquetRowWriter(file, schema, ParquetRowWriter.Compression.ZSTD)) {
      for (int i = 0; i < 30_000; i++) {
        writer.write(
            new Row(
                i,
                random.nextInt(9) == 0 ? null : (Long) random.nextLong(),
                random.nextInt(9) == 0 ? null : "ü" + random.nextInt(50),
                random.nextInt(9) == 0 ? null : Instant.ofEpochSecond(i)));
      }
    }
    FileOptions options =
        FileOptions.of(FileFormat.PARQUET)
            .withColumns(
                List.of(
                    new ColumnDeclaration("id", null, SemanticType.NONE, false),
                    new ColumnDeclaration("at", null, SemanticType.NONE, false)));
    Read expected = byRow(file, options);
    assertTrue(expected.counts().get(RejectedRows.MISSING_VALUE) > 5_000);
    Read found = byBatch(file, options);
    assertEquals(expected.counts(), found.counts());
    assertTrue(expected.equals(found), "rows or first rejections differ");
  }

  @Test
  void whatColumnsMeanIsCheckedAlike() throws IOException {
    List<ColumnDeclaration> columns =
        List.of(
            new ColumnDeclaration("vin", ColumnType.STRING, SemanticType.VIN, false),
            new ColumnDeclaration("phone", ColumnType.STRING, SemanticType.PHONE, true),
            new ColumnDeclaration("email", ColumnType.STRING, SemanticType.EMAIL, true),
            new ColumnDeclaration("km", ColumnType.INT64, SemanticType.ODOMETER, true),
            new ColumnDeclaration("paid", ColumnType.FLOAT64, SemanticType.MONEY, true),
            new ColumnDeclaration("op", ColumnType.STRING, SemanticType.OP_CODE, true),
            new ColumnDeclaration("more", ColumnType.STRING, SemanticType.JSON, true));
    Object[][] values = {
      {"1HGCM82633A004352", "wba3a5c50cf256651", "1HGCM82643A004352", "short", "JM1BL1SF0A1100000"},
      {"(555) 010-0199", "555-0100 x7", "12", null},
      {"ann@example.com", "ann@example", "größe@beispiel.de", null},
      {5L, 2_000_001L, -3L, null},
      {5.5, -1.0, null},
      {"LOF", "#9", "a".repeat(33), null},
      {"{}", "[1", null},
    };
    Schema schema =
        new Schema(
            columns.stream().map(column -> Column.of(column.name(), column.type())).toList());
    Path parquet = folder.resolve("meant.parquet");
    Path csv = folder.resolve("meant.csv");
    Random random = new Random(8);
    StringBuilder text = new StringBuilder(String.join("\t", schema.names())).append('\n');
    try (ParquetRowWriter writer =
        new ParquetRowWriter(parquet, schema, ParquetRowWriter.Compression.ZSTD)) {
      for (int i = 0; i < 30_000; i++) {
        Object[] row = new Object[values.length];
        for (int c = 0; c < row.length; c++) {
          // Mostly right, so that some rows are.
          row[c] = values[c][random.nextInt(8) == 0 ? random.nextInt(values[c].length) : 0];
          text.append(c == 0 ? "" : "\t").append(row[c] == null ? "" : row[c]);
        }
        text.append('\n');
        writer.write(new Row(i, row));
      }
    }
    Files.writeString(csv, text);
    FileOptions columnar = FileOptions.of(FileFormat.PARQUET).withColumns(columns);
    try (BatchSource source =
        DatasetFile.openBatches(parquet, columnar, BatchSource.Position.BEGINNING, 20)) {
      assertInstanceOf(ParquetBatches.class, source);
    }
    Read expected = byRow(parquet, columnar);
    assertTrue(
        expected.rows().size() > 1_000 && expected.counts().size() > 5, "" + expected.counts());
    assertTrue(expected.equals(byBatch(parquet, columnar)), "rows or first rejections differ");
    FileOptions delimited = FileOptions.of(FileFormat.TSV).withColumns(columns);
    assertTrue(byRow(csv, delimited).equals(byBatch(csv, delimited)), "rows or rejections differ");
  }

  @Test
  void shortFormsHaveTheValuesOfTheSlowReading() {
    Random random = new Random(11);
    for (int i = 0; i < 200_000; i++) {
      ColumnType type = ColumnType.values()[1 + random.nextInt(ColumnType.values().length - 1)];
      String text = i % 3 == 0 ? CELLS[1 + random.nextInt(CELLS.length - 1)] : number(random, type);
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      String expected;
      try {
        Schema schema = new Schema(List.of(Column.of("c", type)));
        RowBatch batch = RowBatch.of(schema, List.of(new Row(0, TextValues.parse(type, text))));
        expected = "" + batch.column(0).bits(0);
      } catch (BadValueException e) {
        expected = e.getMessage();
      }
      String found;
      try {
        found = "" + Utf8Values.bits(type, utf8, 0, utf8.length);
      } catch (BadValueException e) {
        found = e.getMessage();
      }
      assertEquals(expected, found, type + " " + text);
    }
  }

  private static String number(Random random, ColumnType type) {
    return switch (type) {
      case FLOAT64 ->
          (random.nextBoolean() ? "-" : "")
              + (random.nextLong() >>> (1 + random.nextInt(62)))
              + (random.nextBoolean()
                  ? "." + (random.nextLong() >>> (1 + random.nextInt(62)))
                  : "");
      case DATE, TIMESTAMP ->
          "%04d-%02d-%02d%s"
              .formatted(
                  1 + random.nextInt(9998),
                  random.nextInt(14),
                  random.nextInt(33),
                  type == ColumnType.DATE
                      ? ""
                      : "T%02d:%02d:%02d.%d"
                          .formatted(
                              random.nextInt(25),
                              random.nextInt(61),
                              random.nextInt(61),
                              random.nextInt(2_000_000)));
      default -> "" + (random.nextLong() >> random.nextInt(64));
    };
  }

  private static String text(Random random, String delimiter, boolean broken) {
    StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "\uFEFF" : "");
    String[] breaks = {"\n", "\r\n", "\r"};
    String end = breaks[random.nextInt(3)];
    text.append(String.join(delimiter, COLUMNS.stream().map(ColumnDeclaration::name).toList()));
    text.append(end);
    int rows = 1 + random.nextInt(60);
    for (int r = 0; r < rows; r++) {
      if (random.nextInt(12) == 0) {
        text.append(end);
      }
      int width = random.nextInt(15) == 0 ? random.nextInt(9) : 6;
      for (int c = 0; c < width; c++) {
        text.append(c == 0 ? "" : delimiter);
        String cell = CELLS[random.nextInt(CELLS.length)];
        if (c == 0 && random.nextInt(5) > 0) {
          cell = "" + random.nextInt(1_000_000);
        }
        if (random.nextInt(4) == 0) {
          String inner =
              (cell + (random.nextInt(4) == 0 ? delimiter + end : "")).replace("\"", "\"\"");
          text.append('"').append(inner).append('"');
          if (broken && random.nextInt(40) == 0) {
            text.append('x');
          }
        } else {
          text.append(cell);
        }
      }
      text.append(r == rows - 1 && random.nextBoolean() ? "" : end);
    }
    return text.toString();
  }

  private static Read byRow(Path file, FileOptions options) {
    RejectedRows rejected = new RejectedRows(1_000);
    List<Row> rows = new ArrayList<>();
    try (RowReader reader = DatasetFile.open(file, options, rejected)) {
      for (Row row = reader.next(); row != null; row = reader.next()) {
        rows.add(row);
      }
    } catch (NeuroWeaverException e) {
      return new Read(List.of(), Map.of(), null, e.kind().name());
    }
    return new Read(rows, rejected.counts(), rejected.first(), null);
  }

  private static Read byBatch(Path file, FileOptions options) {
    RejectedRows rejected = new RejectedRows(1_000);
    List<Row> rows = new ArrayList<>();
    try (BatchSource source =
        DatasetFile.openBatches(file, options, BatchSource.Position.BEGINNING, 1_000)) {
      for (BatchSource.Piece piece = source.next(); piece != null; piece = source.next()) {
        BatchSource.Batch batch = piece.call();
        rows.addAll(batch.rows().asRows());
        rejected.addAll(batch.rejected());
      }
    } catch (NeuroWeaverException e) {
      boolean place = e.getMessage().contains("line") && options.format().delimited();
      return new Read(
          List.of(),
          Map.of(),
          null,
          place && e.getMessage().contains("UTF-8") ? e.getMessage() : e.kind().name());
    }
    return new Read(rows, rejected.counts(), rejected.first(), null);
  }
}
