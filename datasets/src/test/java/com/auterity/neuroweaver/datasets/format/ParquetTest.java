package com.auterity.neuroweaver.datasets.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.SharedData;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ParquetTest {
  private static final FileOptions PARQUET = FileOptions.of(FileFormat.PARQUET);
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new Column("id", ColumnType.INT64, false, SemanticType.NONE),
              Column.of("text with ünicode", ColumnType.STRING),
              Column.of("x", ColumnType.FLOAT64),
              Column.of("ok", ColumnType.BOOL),
              Column.of("day", ColumnType.DATE),
              Column.of("at", ColumnType.TIMESTAMP)));

  @TempDir Path folder;

  private final RejectedRows rejected = new RejectedRows(5);
  private Schema read;

  @ParameterizedTest
  @EnumSource(ParquetRowWriter.Compression.class)
  void whatIsWrittenIsReadBack(ParquetRowWriter.Compression compression) throws IOException {
    List<Row> rows = rows(20_000);
    Path file = write(rows, compression);
    assertEquals(rows, read(file));
    assertEquals(
        SCHEMA.columns().stream().map(Column::type).toList(),
        read.columns().stream().map(Column::type).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "alltypes_plain.parquet, 8",
    "alltypes_dictionary.parquet, 2",
    "alltypes_plain.snappy.parquet, 2",
    "byte_stream_split.zstd.parquet, 300",
    "delta_binary_packed.parquet, 200",
    "fixed_length_decimal.parquet, 24",
    "int96_from_spark.parquet, 6",
    "lz4_raw_compressed.parquet, 4"
  })
  void flatFilesOfOtherWritersLoad(String name, int expected) {
    List<Row> rows = read(SharedData.get("parquet/" + name));
    assertEquals(expected, rows.size() + rejected.total());
  }

  @Test
  void nestedColumnsBecomeJsonText() {
    List<Row> rows = read(SharedData.get("parquet/nullable.impala.parquet"));
    assertEquals(List.of("id", "int_array", "int_array_Array"), read.names().subList(0, 3));
    assertEquals(SemanticType.JSON, read.columns().get(1).semantic());
    assertEquals("[1,2,3]", rows.get(0).get(1));
    assertEquals("[[1,2],[3,4]]", rows.get(0).get(2));
    assertEquals("[null,1,2,null,3,null]", rows.get(1).get(1));
  }

  @Test
  void aTruncatedFileIsRefusedWhereverItIsCut() throws IOException {
    byte[] whole = Files.readAllBytes(write(rows(5_000), ParquetRowWriter.Compression.ZSTD));
    for (int length : new int[] {1, 4, 11, whole.length / 2, whole.length - 9, whole.length - 1}) {
      Path cut = Files.write(folder.resolve("cut.parquet"), Arrays.copyOf(whole, length));
      NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> read(cut));
      assertEquals(ErrorKind.INVALID_INPUT, e.kind(), "cut to " + length);
      assertTrue(e.getMessage().contains(cut.toString()), e.getMessage());
    }
  }

  @Test
  void aFileOfAnotherFormatIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("a.parquet"), "id,text\n1,this is a CSV file\n");
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> read(file));
    assertTrue(e.getMessage().contains("is no whole Parquet file"), e.getMessage());
  }

  @Test
  void damagedPagesAreRefused() throws IOException {
    byte[] whole = Files.readAllBytes(write(rows(5_000), ParquetRowWriter.Compression.SNAPPY));
    for (int at = 100; at < whole.length - 2_000; at += whole.length / 20) {
      byte[] damaged = whole.clone();
      Arrays.fill(damaged, at, at + 50, (byte) 0x5a);
      Path file = Files.write(folder.resolve("damaged.parquet"), damaged);
      NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> read(file));
      assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    }
  }

  /** Whatever a damaged footer or page header claims costs no more memory than the file has. */
  @Test
  void aFileThatLiesIsRefusedInBoundedMemory() throws IOException {
    byte[] whole = Files.readAllBytes(write(rows(300), ParquetRowWriter.Compression.SNAPPY));
    java.util.Random random = new java.util.Random(5);
    for (int round = 0; round < 600; round++) {
      byte[] damaged = whole.clone();
      // Half of the time in the footer, at whose end stands its length.
      int from = round % 2 == 0 ? 0 : whole.length - 1_200;
      int at = from + random.nextInt(whole.length - from - 8);
      for (int i = at; i < at + 1 + random.nextInt(4); i++) {
        damaged[i] = (byte) (random.nextBoolean() ? 0xff : random.nextInt());
      }
      Path file = Files.write(folder.resolve("lies.parquet"), damaged);
      try {
        read(file);
      } catch (NeuroWeaverException e) {
        assertEquals(ErrorKind.INVALID_INPUT, e.kind());
      }
    }
  }

  @Test
  void aFooterLongerThanTheFileIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(write(rows(300), ParquetRowWriter.Compression.ZSTD));
    for (int length : new int[] {Integer.MAX_VALUE, -1, 0, whole.length}) {
      java.nio.ByteBuffer.wrap(whole)
          .order(java.nio.ByteOrder.LITTLE_ENDIAN)
          .putInt(whole.length - 8, length);
      Path file = Files.write(folder.resolve("long.parquet"), whole);
      NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> read(file));
      assertTrue(e.getMessage().contains("footer claims to have " + length), e.getMessage());
    }
  }

  private List<Row> read(Path file) {
    List<Row> rows = new ArrayList<>();
    try (RowReader reader = DatasetFile.open(file, PARQUET, rejected)) {
      read = reader.schema();
      Row row;
      while ((row = reader.next()) != null) {
        rows.add(row);
      }
    }
    return rows;
  }

  private Path write(List<Row> rows, ParquetRowWriter.Compression compression) throws IOException {
    Path file = folder.resolve("rows.parquet");
    try (ParquetRowWriter writer = new ParquetRowWriter(file, SCHEMA, compression)) {
      for (Row row : rows) {
        writer.write(row);
      }
    }
    return file;
  }

  private static List<Row> rows(int count) {
    List<Row> rows = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      boolean some = i % 3 != 0;
      rows.add(
          new Row(
              i,
              i * 31,
              some ? "text ü€😀 " + i % 50 : null,
              some ? i / 7.0 : null,
              some ? i % 2 == 0 : null,
              some ? LocalDate.ofEpochDay(i - 5_000) : null,
              some ? Instant.ofEpochSecond(-i, i * 1_000) : null));
    }
    return rows;
  }
}
