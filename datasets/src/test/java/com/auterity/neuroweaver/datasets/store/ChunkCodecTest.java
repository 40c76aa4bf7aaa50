package com.auterity.neuroweaver.datasets.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChunkCodecTest {
  private static final Schema TEXT = new Schema(List.of(Column.of("text", ColumnType.STRING)));

  @AfterEach
  void nothingLeaks() {
    assertEquals(0, ChunkCodec.allocatedBytes());
  }

  @Test
  void everyRandomChunkComesBackAsItWas() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 200; round++) {
      Schema schema = RandomRows.schema(random);
      List<Row> rows = RandomRows.rows(random, schema, random.nextInt(300));
      assertEquals(
          rows, ChunkCodec.decode(schema, ChunkCodec.encode(schema, rows)), "round " + round);
    }
  }

  @Test
  void someColumnsAreDecodedAsTheWholeChunkHasThem() {
    SplittableRandom random = new SplittableRandom(11);
    for (int round = 0; round < 200; round++) {
      Schema schema = RandomRows.schema(random);
      List<Row> rows = RandomRows.rows(random, schema, random.nextInt(300));
      byte[] chunk = ChunkCodec.encode(schema, rows);
      List<String> names = new ArrayList<>(schema.names());
      Collections.shuffle(names, new Random(round));
      List<String> columns = names.subList(0, random.nextInt(names.size() + 1));
      RowBatch whole = ChunkCodec.decodeBatch(schema, chunk);
      RowBatch some = ChunkCodec.decodeBatch(schema, chunk, columns);
      assertEquals(columns, some.schema().names());
      assertEquals(whole.select(columns).asRows(), some.asRows(), "round " + round);
    }
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                ChunkCodec.decodeBatch(
                    TEXT, ChunkCodec.encode(new Schema(List.of()), List.of()), List.of("text")));
    assertEquals(ErrorKind.CORRUPT, e.kind());
  }

  @Test
  void equalRowsGiveEqualBytesOnAnyThreadAtAnyTime() throws Exception {
    SplittableRandom random = new SplittableRandom(8);
    Schema schema = RandomRows.schema(random);
    List<Row> rows = RandomRows.rows(random, schema, 500);
    byte[] first = ChunkCodec.encode(schema, rows);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<byte[]>> others = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        SplittableRandom noise = new SplittableRandom(i);
        others.add(
            threads.submit(
                () -> {
                  Schema other = RandomRows.schema(noise);
                  ChunkCodec.encode(other, RandomRows.rows(noise, other, 200));
                  return ChunkCodec.encode(schema, rows);
                }));
      }
      for (Future<byte[]> other : others) {
        assertArrayEquals(first, other.get());
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void damagedBytesAreRefusedWhateverIsDamaged() {
    SplittableRandom random = new SplittableRandom(9);
    Schema schema = new Schema(List.of(Column.of("a", ColumnType.INT64)));
    byte[] whole = ChunkCodec.encode(schema, RandomRows.rows(random, schema, 100));
    for (int length : new int[] {0, 1, 8, whole.length / 2, whole.length - 20}) {
      byte[] cut = Arrays.copyOf(whole, length);
      NeuroWeaverException e =
          assertThrows(NeuroWeaverException.class, () -> ChunkCodec.decode(schema, cut));
      assertEquals(ErrorKind.CORRUPT, e.kind(), "cut to " + length);
    }
  }

  @Test
  void aChunkOfAnotherSchemaIsRefused() {
    byte[] chunk = ChunkCodec.encode(TEXT, List.of(new Row(0, "a")));
    Schema other = new Schema(List.of(Column.of("text", ColumnType.INT64)));
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> ChunkCodec.decode(other, chunk));
    assertEquals(ErrorKind.CORRUPT, e.kind());
  }

  @Test
  void aValueOfTheWrongTypeIsRefusedNamingRowAndColumn() {
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () -> ChunkCodec.encode(TEXT, List.of(new Row(0, "a"), new Row(17, 5L))));
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    assertEquals("row 17, column text: expected STRING, found a Long: 5", e.getMessage());
  }

  @Test
  void nullIsRefusedWhereTheColumnIsNotNullable() {
    Schema schema =
        new Schema(List.of(new Column("k", ColumnType.INT64, false, SemanticType.NONE)));
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () -> ChunkCodec.encode(schema, List.of(new Row(3, new Object[] {null}))));
    assertTrue(e.getMessage().contains("row 3, column k"), e.getMessage());
  }

  @Test
  void theHiddenColumnsNameIsTaken() {
    Schema schema = new Schema(List.of(Column.of(ChunkCodec.ORDINAL, ColumnType.INT64)));
    assertThrows(NeuroWeaverException.class, () -> ChunkCodec.encode(schema, List.of()));
  }
}
