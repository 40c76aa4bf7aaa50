package com.auterity.neuroweaver.datasets.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DatasetWriterTest {
  private final ExecutorService threads = Executors.newFixedThreadPool(3);

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void batchesOfAnySizeGiveTheChunksOfSingleRows() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      Schema schema = RandomRows.schema(random);
      List<Row> rows = RandomRows.rows(random, schema, 20_000);
      Partitioning partitioning =
          seed % 2 == 0 || schema.columns().isEmpty()
              ? Partitioning.byOrdinal(3)
              : Partitioning.by(schema, schema.names().get(0), 3);
      DatasetWriter single =
          new DatasetWriter(new MemoryChunkStore(), "t", "dsv_1", schema, partitioning);
      rows.forEach(single::add);
      DatasetWriter batched =
          DatasetWriter.parallel(
              new MemoryChunkStore(), "t", "dsv_1", schema, partitioning, threads, 4);
      for (int from = 0; from < rows.size(); ) {
        int to = Math.min(rows.size(), from + 1 + random.nextInt(5_000));
        batched.add(RowBatch.of(schema, rows.subList(from, to)));
        from = to;
      }
      List<ChunkInfo> expected = single.finish();
      assertEquals(expected, batched.finish(), "seed " + seed);
    }
  }

  @Test
  void aStoreThatFailsIsReportedAndNothingStays() {
    Schema schema = RandomRows.schema(new Random(5));
    List<Row> rows = RandomRows.rows(new Random(5), schema, 40_000);
    MemoryChunkStore memory = new MemoryChunkStore();
    ChunkStore failing =
        new ChunkStore() {
          @Override
          public void put(ChunkKey key, byte[] chunk) {
            if (key.sequence() == 2) {
              throw new NeuroWeaverException(ErrorKind.UNAVAILABLE, "full");
            }
            memory.put(key, chunk);
          }

          @Override
          public byte[] get(ChunkKey key) {
            return memory.get(key);
          }

          @Override
          public void remove(ChunkKey key) {
            memory.remove(key);
          }
        };
    DatasetWriter writer =
        DatasetWriter.parallel(
            failing, "t", "dsv_1", schema, Partitioning.byOrdinal(2), threads, 4);
    NeuroWeaverException failure =
        assertThrows(
            NeuroWeaverException.class,
            () -> {
              for (int i = 0; i < 3; i++) {
                writer.add(RowBatch.of(schema, rows));
              }
              writer.finish();
            });
    assertEquals("full", failure.getMessage());
    writer.abandon();
    for (int p = 0; p < 2; p++) {
      for (int s = 0; s < 20; s++) {
        assertEquals(false, memory.contains(new ChunkKey("t", "dsv_1", p, s)));
      }
    }
  }
}
