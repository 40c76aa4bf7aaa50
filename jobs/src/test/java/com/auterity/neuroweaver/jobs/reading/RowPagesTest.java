package com.auterity.neuroweaver.jobs.reading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkCodec;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.ChunkKey;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog.Reservation;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.datasets.store.Sha256;
import com.auterity.neuroweaver.jobs.reading.RowPages.Page;
import com.auterity.neuroweaver.jobs.reading.RowPages.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RowPagesTest {
  private static final int PARTITIONS = 7;
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Column.of("make", ColumnType.STRING),
              Column.of("n", ColumnType.INT64),
              Column.of("note", ColumnType.STRING)));

  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(PARTITIONS);
  private final ReadingGrid grid = new ReadingGrid(catalog);
  private final RowPages pages = new RowPages(catalog, grid, Duration.ofSeconds(60));

  /** Rows 0 to count, spread at random, in chunks of at most 5. */
  private Manifest dataset(SplittableRandom random, int count) {
    String job = "job_" + random.nextLong();
    Reservation reserved = catalog.reserve("default", "cars", job);
    List<List<Row>> partitions = new ArrayList<>();
    for (int p = 0; p < PARTITIONS; p++) {
      partitions.add(new ArrayList<>());
    }
    for (long i = 0; i < count; i++) {
      // The last partition stays empty.
      partitions.get(random.nextInt(PARTITIONS - 1)).add(row(i));
    }
    List<ChunkInfo> chunks = new ArrayList<>();
    for (int p = 0; p < PARTITIONS; p++) {
      List<Row> rows = partitions.get(p);
      for (int from = 0, sequence = 0; from < rows.size(); sequence++) {
        int to = Math.min(rows.size(), from + 1 + random.nextInt(5));
        byte[] bytes = ChunkCodec.encode(SCHEMA, rows.subList(from, to));
        grid.store.put(new ChunkKey("default", reserved.versionId(), p, sequence), bytes);
        chunks.add(new ChunkInfo(p, sequence, to - from, bytes.length, Sha256.hex(bytes)));
        from = to;
      }
    }
    Manifest manifest =
        new Manifest(
            "default",
            reserved.datasetId(),
            "cars",
            reserved.versionId(),
            reserved.version(),
            SCHEMA,
            PARTITIONS,
            null,
            chunks,
            List.of(),
            job,
            Instant.parse("2026-01-01T00:00:00Z"));
    catalog.commit(manifest);
    return manifest;
  }

  private static Row row(long ordinal) {
    return new Row(
        ordinal, ordinal % 3 == 0 ? "Honda" : "Ford", ordinal * 7 % 10, "note " + ordinal);
  }

  private static Request asking(String where, List<String> columns, int limit, String cursor) {
    return new Request("default", "cars", where, columns, limit, cursor);
  }

  private List<Row> all(RowPages from, String where, List<String> columns, int limit) {
    List<Row> rows = new ArrayList<>();
    String cursor = null;
    do {
      Page page = from.read(asking(where, columns, limit, cursor));
      assertTrue(page.rows().size() <= limit);
      rows.addAll(page.rows());
      cursor = page.cursor();
    } while (cursor != null);
    return rows;
  }

  @Test
  void pagesOfAnySizeTogetherAreTheFilteredRowsInSourceOrder() {
    SplittableRandom random = new SplittableRandom(5);
    for (int round = 0; round < 40; round++) {
      int count = random.nextInt(200);
      dataset(random, count);
      int least = random.nextInt(11);
      List<Row> expected = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        if (i % 3 == 0 && i * 7 % 10 >= least) {
          expected.add(new Row(i, "note " + i, "Honda"));
        }
      }
      // Without time each call reads one chunk: pages are small, even empty, and still add up.
      RowPages hasty = new RowPages(catalog, grid, Duration.ZERO);
      String where = "make = 'Honda' and n >= " + least;
      List<String> columns = List.of("note", "make");
      assertEquals(expected, all(pages, where, columns, 1 + random.nextInt(20)));
      assertEquals(expected, all(hasty, where, columns, 1 + random.nextInt(20)));
    }
  }

  @Test
  void aCursorGoesOnWithoutReadingAgainWhatIsUsedUp() {
    Manifest manifest = dataset(new SplittableRandom(6), 600);
    DatasetReader reader = new DatasetReader(catalog, grid.store);
    Map<ChunkKey, Long> lastOrdinals = new HashMap<>();
    for (ChunkInfo chunk : manifest.chunks()) {
      List<Row> rows = reader.chunk(manifest, chunk);
      lastOrdinals.put(manifest.key(chunk), rows.get(rows.size() - 1).ordinal());
    }
    String cursor = null;
    long next = 0;
    do {
      grid.store.reads.clear();
      Page page = pages.read(asking(null, List.of(), 20, cursor));
      for (ChunkKey key : grid.store.reads) {
        assertTrue(lastOrdinals.get(key) >= next, key + " has no row from " + next + " on");
      }
      // Each of three nodes looks for the page's rows; none goes on to the end.
      assertTrue(
          grid.store.reads.size() <= 3 * 20 + PARTITIONS, grid.store.reads.size() + " reads");
      for (Row row : page.rows()) {
        assertEquals(row(next++), row);
      }
      cursor = page.cursor();
    } while (cursor != null);
    assertEquals(600, next);
    grid.store.reads.clear();
    pages.read(asking(null, List.of(), 1, null));
    assertEquals(PARTITIONS - 1, grid.store.reads.size());
  }

  @Test
  void pagesGoOnInTheVersionTheyBeganWith() {
    SplittableRandom random = new SplittableRandom(7);
    dataset(random, 30);
    Page first = pages.read(asking(null, List.of("n"), 10, null));
    Manifest newer = dataset(random, 5);
    Page second = pages.read(asking(null, List.of("n"), 100, first.cursor()));
    assertEquals(20, second.rows().size());
    assertEquals(first.manifest().versionId(), second.manifest().versionId());
    assertNull(second.cursor());
    assertEquals(5, pages.read(asking(null, List.of("n"), 100, null)).rows().size());
    String wrong =
        message(new Request("default", newer.versionId(), null, List.of("n"), 10, first.cursor()));
    assertTrue(wrong.startsWith("cursor: is of " + first.manifest().versionId()), wrong);
  }

  @Test
  void aWrongCursorColumnOrFilterIsRefusedAndSaysWhatIsRight() {
    dataset(new SplittableRandom(8), 30);
    String cursor = pages.read(asking("n > 1", List.of("n"), 3, null)).cursor();
    assertNotNull(cursor);
    for (String damaged :
        List.of("x", "", "ä", cursor.substring(1), cursor.substring(0, cursor.length() / 2))) {
      assertTrue(message(asking("n > 1", List.of("n"), 3, damaged)).startsWith("cursor: is none"));
    }
    String other = message(asking("n > 2", List.of("n"), 3, cursor));
    assertTrue(other.contains("another where or other columns"), other);
    assertEquals(
        "columns, name 2: mke is no column of this dataset; those are make, n, note",
        message(asking(null, List.of("n", "mke"), 3, null)));
    assertEquals(
        "columns, name 2: n is named twice; once is right",
        message(asking(null, List.of("n", "n"), 3, null)));
    assertTrue(message(asking("mke = 1", List.of(), 3, null)).startsWith("where, character 1"));
  }

  private String message(Request request) {
    NeuroWeaverException error =
        assertThrows(NeuroWeaverException.class, () -> pages.read(request));
    assertEquals(ErrorKind.INVALID_INPUT, error.kind());
    return error.getMessage();
  }

  @Test
  void aDamagedChunkIsNamed() {
    Manifest manifest = dataset(new SplittableRandom(9), 30);
    ChunkKey key = manifest.key(manifest.chunks().get(0));
    byte[] damaged = grid.store.get(key).clone();
    damaged[damaged.length / 2] ^= 1;
    grid.store.put(key, damaged);
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class, () -> pages.read(asking(null, List.of("n"), 30, null)));
    assertEquals(ErrorKind.CORRUPT, error.kind());
    assertTrue(error.getMessage().contains(key.toString()), error.getMessage());
  }
}
