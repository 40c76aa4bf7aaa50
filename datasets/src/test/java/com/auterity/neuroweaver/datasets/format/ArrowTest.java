package com.auterity.neuroweaver.datasets.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampNanoVector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArrowTest {
  private static final FileOptions ARROW = FileOptions.of(FileFormat.ARROW);
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new Column("id", ColumnType.INT64, false, SemanticType.NONE),
              Column.of("text", ColumnType.STRING),
              Column.of("x", ColumnType.FLOAT64),
              Column.of("ok", ColumnType.BOOL),
              Column.of("day", ColumnType.DATE),
              Column.of("at", ColumnType.TIMESTAMP)));

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsWrittenIsReadBack(boolean zstd) throws IOException {
    List<Row> rows = rows(20_000);
    Path file = write(rows, zstd);
    ReadFile read = ReadFile.of(file, ARROW);
    assertEquals(rows, read.rows());
    assertEquals(SCHEMA.columns().stream().map(Column::type).toList(), read.types());
    assertEquals(rows, ReadFile.batches(List.of(file), ARROW).rows());
  }

  /** A stream with types we do not write: dictionary, list, decimal, unsigned, nanoseconds. */
  @Test
  void aStreamOfAnotherWriterIsRead() throws IOException {
    Path file = folder.resolve("other.arrows");
    try (BufferAllocator memory = new RootAllocator();
        VarCharVector words = new VarCharVector("words", memory);
        VarCharVector make = new VarCharVector("make", memory);
        IntVector id = new IntVector("id", memory);
        UInt4Vector count = new UInt4Vector("count", memory);
        DecimalVector price = new DecimalVector("price", memory, 9, 2);
        TimeStampNanoVector at = new TimeStampNanoVector("at", memory);
        ListVector codes = ListVector.empty("codes", memory)) {
      words.allocateNew();
      words.setSafe(0, "Ford".getBytes(StandardCharsets.UTF_8));
      words.setSafe(1, "Jeep".getBytes(StandardCharsets.UTF_8));
      words.setValueCount(2);
      Dictionary dictionary = new Dictionary(words, new DictionaryEncoding(1, false, null));
      make.allocateNew();
      make.setSafe(0, "Jeep".getBytes(StandardCharsets.UTF_8));
      make.setSafe(1, "Ford".getBytes(StandardCharsets.UTF_8));
      make.setValueCount(2);
      id.allocateNew(2);
      id.set(0, -7);
      id.setNull(1);
      count.allocateNew(2);
      count.set(0, -1);
      count.set(1, 3);
      price.allocateNew(2);
      price.set(0, new BigDecimal("12.50"));
      price.set(1, new BigDecimal("-0.01"));
      at.allocateNew(2);
      at.set(0, 1_700_000_000_123_456_789L);
      at.setNull(1);
      UnionListWriter writer = codes.getWriter();
      writer.setPosition(0);
      writer.startList();
      writer.integer().writeInt(4);
      writer.integer().writeNull();
      writer.endList();
      codes.setValueCount(2);
      id.setValueCount(2);
      count.setValueCount(2);
      price.setValueCount(2);
      at.setValueCount(2);
      try (var encoded = DictionaryEncoder.encode(make, dictionary);
          var out = Files.newOutputStream(file);
          var root =
              new VectorSchemaRoot(
                  List.of(
                      id, (org.apache.arrow.vector.FieldVector) encoded, count, price, at, codes));
          var stream =
              new ArrowStreamWriter(
                  root, new DictionaryProvider.MapDictionaryProvider(dictionary), out)) {
        root.setRowCount(2);
        stream.start();
        stream.writeBatch();
        stream.end();
      }
    }
    ReadFile read = ReadFile.of(file, ARROW);
    assertEquals(
        List.of(
            new Row(
                0,
                -7L,
                "Jeep",
                4_294_967_295L,
                12.5,
                Instant.parse("2023-11-14T22:13:20.123456Z"),
                "[4,null]"),
            new Row(1, null, "Ford", 3L, -0.01, null, null)),
        read.rows());
    assertEquals(SemanticType.JSON, read.schema().columns().get(5).semantic());
  }

  @Test
  void aTruncatedFileIsRefusedWhereverItIsCut() throws IOException {
    byte[] whole = Files.readAllBytes(write(rows(5_000), true));
    for (int length : new int[] {1, 8, 100, whole.length / 2, whole.length - 9, whole.length - 1}) {
      refused(Arrays.copyOf(whole, length), "cut to " + length);
    }
  }

  /** Bytes are flipped everywhere; whatever a file claims then, it costs no more than its size. */
  @Test
  void damagedFilesAreRefusedOrReadInBoundedMemory() throws IOException {
    byte[] whole = Files.readAllBytes(write(rows(500), false));
    Random random = new Random(3);
    for (int round = 0; round < 400; round++) {
      byte[] damaged = whole.clone();
      int at = random.nextInt(damaged.length);
      Arrays.fill(damaged, at, Math.min(damaged.length, at + 4), (byte) random.nextInt());
      Path file = Files.write(folder.resolve("damaged.arrow"), damaged);
      try {
        ReadFile.of(file, ARROW);
      } catch (NeuroWeaverException e) {
        assertEquals(ErrorKind.INVALID_INPUT, e.kind());
      }
    }
  }

  private void refused(byte[] bytes, String how) throws IOException {
    Path file = Files.write(folder.resolve("bad.arrow"), bytes);
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> ReadFile.of(file, ARROW), how);
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
  }

  private Path write(List<Row> rows, boolean zstd) throws IOException {
    Path file = folder.resolve("rows.arrow");
    try (RowWriter writer = new ArrowRowWriter(file, SCHEMA, zstd)) {
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
              some ? "text \u00fc\u20ac " + i % 50 : null,
              some ? i / 7.0 : null,
              some ? i % 2 == 0 : null,
              some ? LocalDate.ofEpochDay(i - 5_000) : null,
              some ? Instant.ofEpochSecond(-i, i * 1_000) : null));
    }
    return rows;
  }
}
