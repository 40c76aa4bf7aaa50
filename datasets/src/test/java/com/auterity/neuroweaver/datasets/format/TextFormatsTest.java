package com.auterity.neuroweaver.datasets.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dialects, encodings, compression, JSON arrays, series of files, and bad input in them. */
class TextFormatsTest {
  private static final FileOptions CSV = FileOptions.sniffing(FileFormat.CSV);
  private static final FileOptions JSON = FileOptions.of(FileFormat.JSON);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      textBlock =
          """
          id,name\\n1,a\\n2,b\\n                                ~ [id, name] ~ 0[1, a]
          id;price\\n1;2,50\\n2;3,75\\n                         ~ [id, price] ~ 0[1, 2,50]
          id\\tname\\n1\\t"a, b"\\n2\\tc\\n                     ~ [id, name] ~ 0[1, a, b]
          id|name\\n1|a, and b\\n2|c, and d\\n                  ~ [id, name] ~ 0[1, a, and b]
          1,2026-01-31\\n2,2026-02-01\\n                        ~ [column_1, column_2] ~ 0[1, 2026-01-31]
          name\\nAnn, Lee\\nBo, or Cy, or D\\n"x"\\n            ~ [name] ~ none
          "a ""b\""",c\\n"x\\ny",1\\n                            ~ [a "b", c] ~ 0[x\\ny, 1]
          size,n\\n5" pipe,1\\n"6" pipe,2\\n                    ~ [size, n] ~ 0[5" pipe, 1]
          make,2019,2020\\nFord,x,6\\nJeep,7,8\\n               ~ [make, 2019, 2020] ~ none
          """)
  void theDialectIsToldFromTheFile(String text, String names, String first) {
    Path file = file("a.csv", text.replace("\\n", "\n").replace("\\t", "\t"));
    FileOptions told = DatasetFile.complete(file, CSV);
    assertTrue(told.sniffed().isEmpty());
    if (first.equals("none")) {
      return;
    }
    ReadFile read = ReadFile.of(file, CSV);
    assertEquals(names, read.schema().names().toString());
    assertEquals(first.replace("\\n", "\n"), read.rows().get(0).toString());
    assertEquals(read.rows(), ReadFile.batches(List.of(file), CSV).rows());
  }

  @Test
  void whatIsDeclaredIsNotSniffed() {
    Path file = file("a.csv", "1;2,5\n3;4,5\n");
    FileOptions declared = CSV.withDelimiter(',').withHeader(true);
    assertEquals(List.of("1;2", "5"), ReadFile.of(file, declared).schema().names());
  }

  @ParameterizedTest
  @CsvSource({"UTF-8,true", "UTF-16LE,true", "UTF-16BE,true", "windows-1252,false"})
  void encodingsAreReadByTheirMarkOrAsDeclared(String charset, boolean marked) throws IOException {
    String text = (marked ? "\ufeff" : "") + "id,name\n1,Zo\u00eb\n2,\u20ac 5\n";
    Path file = Files.write(folder.resolve("a.csv"), text.getBytes(Charset.forName(charset)));
    FileOptions options = marked ? CSV : CSV.withEncoding(Charset.forName(charset));
    for (ReadFile read :
        List.of(ReadFile.of(file, options), ReadFile.batches(List.of(file), options))) {
      assertEquals(List.of(new Row(0, 1L, "Zo\u00eb"), new Row(1, 2L, "\u20ac 5")), read.rows());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "jsonl", "json"})
  void aWrongByteIsRefusedWithItsPlace(String ending) throws IOException {
    String good = ending.equals("csv") ? "a\nx\n" : ending.equals("jsonl") ? "{\"a\":1}\n" : "[\n";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(good.getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes("{\"a\":\"caf\u00e9 \"}]".getBytes(StandardCharsets.ISO_8859_1));
    Path file = Files.write(folder.resolve("a." + ending), bytes.toByteArray());
    FileOptions options = FileOptions.of(FileFormat.ofFile(file));
    int offset = good.length() + 9;
    int line = 1 + good.length() - good.replace("\n", "").length();
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> ReadFile.of(file, options));
    assertTrue(
        e.getMessage()
            .contains(
                "byte 0xE9 at offset " + offset + " (without a byte order mark), line " + line),
        e.getMessage());
  }

  @Test
  void gzipAndZstdAreFoundByTheirFirstBytes() throws IOException {
    byte[] csv = "id,name\n1,a\n2,b\n".getBytes(StandardCharsets.UTF_8);
    Path zipped = folder.resolve("a.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      out.write(csv);
    }
    Path packed = Files.write(folder.resolve("b.csv.zst"), Zstd.compress(csv));
    Path unnamed = Files.copy(packed, folder.resolve("c.csv"));
    for (Path file : List.of(zipped, packed, unnamed)) {
      assertEquals(FileFormat.CSV, FileFormat.ofFile(file));
      assertEquals(2, ReadFile.of(file, CSV).rows().size());
      assertEquals(ReadFile.of(file, CSV).rows(), ReadFile.batches(List.of(file), CSV).rows());
    }
    byte[] whole = Files.readAllBytes(zipped);
    Path cut =
        Files.write(folder.resolve("cut.csv.gz"), java.util.Arrays.copyOf(whole, whole.length - 9));
    assertTrue(refused(cut, CSV).contains("cut off"));
    Path parquet = Files.write(folder.resolve("a.parquet"), whole);
    assertTrue(
        refused(parquet, FileOptions.of(FileFormat.PARQUET)).contains("compressed with gzip"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aBombIsRefusedBeforeItUnfolds(boolean gzip) throws IOException {
    Path file = folder.resolve("bomb.csv");
    byte[] line = ("1," + "0".repeat(998) + "\n").repeat(1_000).getBytes(StandardCharsets.UTF_8);
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out =
            gzip
                ? new GZIPOutputStream(raw)
                : new com.github.luben.zstd.ZstdOutputStreamNoFinalizer(raw)) {
      out.write("a,b\n".getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < 200; i++) {
        out.write(line);
      }
    }
    assertTrue(Files.size(file) < 1 << 20);
    assertTrue(refused(file, CSV).contains("as a bomb does"));
  }

  @Test
  void aLongCellIsRejectedWithItsLine() {
    Path file =
        file("a.csv", "id,text\n1,ok\n2," + "x".repeat(10 << 20) + "\n3,\"a\nb\"\n4,fine\n");
    for (ReadFile read : List.of(ReadFile.of(file, CSV), ReadFile.batches(List.of(file), CSV))) {
      assertEquals(3, read.rows().size());
      RejectedRows.Rejection rejection = read.rejected().first().get(0);
      assertEquals(RejectedRows.TOO_LONG, rejection.reason());
      assertEquals(3, rejection.line());
      assertTrue(rejection.message().contains("found 10485760"), rejection.message());
      assertTrue(read.whole().length() > 10 << 20, "whole");
    }
    assertEquals(1, ReadFile.of(file, CSV.withMaxCell(2)).rows().size());
  }

  @Test
  void aMillionColumnsAreRefused() {
    Path csv = file("a.csv", "c,".repeat(1_000_000) + "c\n" + "1,".repeat(1_000_000) + "1\n");
    refused(csv, CSV);
    refused(csv, FileOptions.of(FileFormat.CSV).withHeader(false));
    StringBuilder json = new StringBuilder("[{\"a\":1");
    for (int i = 0; i < 1_000_000; i++) {
      json.append(",\"k").append(i).append("\":1");
    }
    assertTrue(refused(file("a.json", json + "}]"), JSON).contains("at most 4096"));
  }

  @Test
  void rejectedRowsAreWrittenWhole() {
    Path file = file("a.csv", "id,name\n1,a\n2,b,\"c\nd\"\nx,y\n");
    FileOptions options =
        CSV.withColumns(
            List.of(new ColumnDeclaration("id", ColumnType.INT64, SemanticType.NONE, true)));
    String expected =
        """
        {"line":3,"reason":"field_count","message":"expected 2 cells, found 3","row":["2","b","c\\nd"]}
        {"line":5,"reason":"bad_value","message":"id: expected int64 (a whole number of at most 64 bits), found \\"x\\"","row":["x","y"]}
        """;
    assertEquals(expected, ReadFile.of(file, options).whole());
    assertEquals(expected, ReadFile.batches(List.of(file), options).whole());
  }

  @Test
  void manyRejectedRowsDoNotFillTheMemory() throws IOException {
    Path file = folder.resolve("bad.jsonl");
    try (var out = Files.newBufferedWriter(file)) {
      out.write("{\"a\":1}\n");
      for (int i = 0; i < 30_000; i++) {
        out.write("[" + i + ",\"" + "words ".repeat(100) + "\"]\n");
      }
    }
    ReadFile read = ReadFile.batches(List.of(file), FileOptions.of(FileFormat.JSONL));
    assertEquals(30_000, read.rejected().total());
    assertEquals(30_000, read.whole().lines().count());
    assertTrue(read.whole().lines().skip(29_999).findFirst().orElseThrow().contains("29999"));
  }

  @Test
  void semanticTypesAreCheckedCellByCell() {
    Path file =
        file("a.csv", "vin,code\n1FTMW1T88MFA00001,P0301\n1FTMW1T88MFA0000,P0301\n,X\n,b1000\n");
    FileOptions options =
        CSV.withColumns(
            List.of(
                new ColumnDeclaration("vin", null, SemanticType.VIN, true),
                new ColumnDeclaration("code", null, SemanticType.DTC, true)));
    for (ReadFile read :
        List.of(ReadFile.of(file, options), ReadFile.batches(List.of(file), options))) {
      assertEquals(2, read.rows().size());
      assertEquals("{bad_dtc=1, bad_vin=1}", read.rejected().counts().toString());
      assertEquals(3, read.rejected().first().get(0).line());
      assertTrue(
          read.rejected().first().get(0).message().contains("has 16 characters instead of 17"));
    }
  }

  @Test
  void aJsonArrayIsReadElementByElement() {
    ReadFile read =
        ReadFile.of(
            file("a.json", "[\n {\"a\": 1, \"b\": [1, {\"c\": null}]},\n 7,\n {\"a\": 2.5}\n]\n"),
            JSON);
    assertEquals(List.of(new Row(0, 1.0, "[1,{\"c\":null}]"), new Row(2, 2.5, null)), read.rows());
    assertEquals(
        new RejectedRows.Rejection(3, "bad_json", "expected a JSON object, found NUMBER"),
        read.rejected().first().get(0));
  }

  @Test
  void anArrayInsideAFileIsNamedByAPointer() {
    Path file = file("a.json", "{\"x\": [[0]], \"r\": {\"a/b\": [{\"v\": 1}, {\"v\": 2}]}}");
    assertTrue(refused(file, JSON).contains("for example records: /r/a~1b"));
    assertEquals(2, ReadFile.of(file, JSON.withRecords("/r/a~1b")).rows().size());
    assertTrue(refused(file, JSON.withRecords("/r/c")).contains("has nothing at /r/c"));
    assertThrows(NeuroWeaverException.class, () -> JSON.withRecords("r"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[{\"a\":1}", "[{\"a\":1},", "[{\"a\":1}] x", "[{\"a\":1} {\"a\":2}]", "[{"})
  void aBrokenJsonArrayIsRefusedWithItsLine(String text) {
    assertTrue(refused(file("a.json", "\n" + text), JSON).contains("line 2"));
  }

  @Test
  void aHugeJsonArrayTakesConstantMemory() throws IOException {
    Path file = folder.resolve("big.json");
    try (var out = Files.newBufferedWriter(file)) {
      out.write("[");
      for (int i = 0; i < 200_000; i++) {
        out.write((i == 0 ? "" : ",") + "{\"id\":" + i + ",\"t\":\"" + "w".repeat(200) + "\"}");
      }
      out.write("]");
    }
    try (RowReader reader = DatasetFile.open(file, JSON, new RejectedRows(0))) {
      long before = used();
      for (int i = 0; i < 199_999; i++) {
        assertEquals((long) i, reader.next().get(0));
      }
      assertTrue(used() - before < 10 << 20);
    }
  }

  @Test
  void aSeriesOfFilesHasOneSchemaThatHoldsAllValues() {
    Path one = file("1.csv", "id,price,note\n1,5,\n2,6,\n");
    Path two = file("2.csv", "note;id;price\n;3;7.5\n");
    Path three = file("3.csv", "id,price,note\nx,,late\n");
    List<Path> files = List.of(one, two, three);
    for (ReadFile read : List.of(ReadFile.of(files, CSV), ReadFile.batches(files, CSV))) {
      assertEquals(List.of(ColumnType.STRING, ColumnType.FLOAT64, ColumnType.STRING), read.types());
      assertEquals(
          List.of(
              new Row(0, "1", 5.0, null),
              new Row(1, "2", 6.0, null),
              new Row(2, "3", 7.5, null),
              new Row(3, "x", null, "late")),
          read.rows());
    }
    Path other = file("4.csv", "id,cost,note\n1,5,\n");
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> ReadFile.of(List.of(one, other), CSV));
    assertTrue(e.getMessage().contains("it lacks price and it has cost"), e.getMessage());
  }

  @Test
  void rejectedRowsOfASeriesNameTheirFile() {
    Path one = file("1.csv", "a,b\n1,2\n");
    Path two = file("2.csv", "a,b\n1\n3,4\n");
    ReadFile read = ReadFile.of(List.of(one, two), CSV);
    assertEquals(two.toString(), read.rejected().first().get(0).file());
    assertEquals("line 2 of " + two, read.rejected().first().get(0).place());
  }

  @Test
  void foldersAndGlobsMeanTheirFilesInOrder() throws IOException {
    Path b = file("b.csv", "x");
    Path a = file("a.csv", "x");
    Path deep = Files.createDirectories(folder.resolve("deep"));
    Path c = Files.writeString(deep.resolve("c.csv"), "x");
    Path odd = Files.writeString(deep.resolve("d[1].txt"), "x");
    Files.writeString(folder.resolve("_SUCCESS"), "x");
    Files.createDirectories(folder.resolve(".hidden"));
    Files.writeString(folder.resolve(".hidden/e.csv"), "x");
    assertEquals(List.of(a, b, c, odd), FilePatterns.files(List.of(folder.toString())));
    assertEquals(List.of(a, b), FilePatterns.files(List.of(folder + "/*.csv", b.toString())));
    assertEquals(List.of(a, b, c), FilePatterns.files(List.of(folder + "/{*,*/*}.csv")));
    assertEquals(List.of(odd), FilePatterns.files(List.of(odd.toString())));
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class, () -> FilePatterns.files(List.of(folder + "/*.parquet")));
    assertEquals(ErrorKind.NOT_FOUND, e.kind());
  }

  @ParameterizedTest
  @CsvSource({
    "csv,none",
    "csv,gzip",
    "csv,zstd",
    "jsonl,none",
    "jsonl,gzip",
    "jsonl,zstd",
    "arrow,zstd",
    "arrow,none",
    "parquet,zstd",
    "parquet,snappy"
  })
  void whatIsWrittenIsReadBackEqual(String word, String compression) throws IOException {
    Schema schema =
        new Schema(
            List.of(
                Column.of("id", ColumnType.INT64),
                Column.of("a \"b\", c", ColumnType.STRING),
                Column.of("x", ColumnType.FLOAT64),
                Column.of("ok", ColumnType.BOOL),
                Column.of("day", ColumnType.DATE),
                Column.of("at", ColumnType.TIMESTAMP),
                new Column("list", ColumnType.STRING, true, SemanticType.JSON)));
    java.time.Instant at = java.time.Instant.parse("2026-01-31T09:30:00.123456Z");
    List<Row> rows =
        List.of(
            new Row(
                0,
                Long.MIN_VALUE,
                "line\nbreak, \"quote\"\r\n",
                0.1,
                true,
                java.time.LocalDate.of(2026, 1, 31),
                at,
                "[1,{\"a\":null}]"),
            new Row(1, null, null, null, null, null, null, null),
            new Row(
                2,
                7L,
                "007",
                1e300,
                false,
                java.time.LocalDate.of(1969, 12, 31),
                java.time.Instant.parse("1969-12-31T23:59:59.999999Z"),
                "[ 1 ]"));
    ExportFormat format = ExportFormat.of(word, folder.resolve("x"));
    Path file = folder.resolve("out." + word);
    try (RowWriter writer =
        format.open(
            file,
            schema,
            ExportFormat.Compression.valueOf(compression.toUpperCase(java.util.Locale.ROOT)))) {
      for (Row row : rows) {
        writer.write(row);
      }
    }
    ReadFile read = ReadFile.of(file, FileOptions.sniffing(FileFormat.of(word)));
    assertEquals(rows, read.rows());
    assertEquals(schema.columns().stream().map(Column::type).toList(), read.types());
  }

  @Test
  void aSingleColumnWithoutValueIsStillARowOfCsv() throws IOException {
    Schema schema = new Schema(List.of(Column.of("a", ColumnType.STRING)));
    Path file = folder.resolve("a.csv");
    try (RowWriter writer = ExportFormat.CSV.open(file, schema, ExportFormat.Compression.NONE)) {
      writer.write(new Row(0, "x"));
      writer.write(new Row(1, (Object) null));
      writer.write(new Row(2, "y"));
    }
    assertEquals(
        List.of(new Row(0, "x"), new Row(1, (Object) null), new Row(2, "y")),
        ReadFile.of(file, CSV).rows());
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private String refused(Path file, FileOptions options) {
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> ReadFile.of(file, options));
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    NeuroWeaverException batches =
        assertThrows(NeuroWeaverException.class, () -> ReadFile.batches(List.of(file), options));
    assertEquals(ErrorKind.INVALID_INPUT, batches.kind());
    return e.getMessage();
  }

  private Path file(String name, String text) {
    try {
      return Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
