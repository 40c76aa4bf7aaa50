package com.auterity.neuroweaver.datasets.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DatasetReaderTest {
  private static final Schema SCHEMA =
      new Schema(List.of(Column.of("id", ColumnType.INT64), Column.of("text", ColumnType.STRING)));

  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(4);
  private final MemoryChunkStore chunks = new MemoryChunkStore();
  private final DatasetReader reader = new DatasetReader(catalog, chunks);

  @Test
  void rowsComeBackInSourceOrderFromAllPartitions() {
    List<Row> rows = rows(20_000);
    Manifest manifest = write("a", "job_1", rows, null);
    List<Row> read = new ArrayList<>();
    reader.rows(manifest).forEachRemaining(read::add);
    assertEquals(rows, read);
    assertEquals(20_000, manifest.rows());
    assertEquals(5_000, reader.partition(manifest, 3).size());
  }

  @Test
  void equalKeysMeetInOnePartition() {
    Manifest manifest = write("a", "job_1", rows(1_000), "text");
    for (int p = 0; p < 4; p++) {
      for (Row row : reader.partition(manifest, p)) {
        assertEquals(p, Partitioning.by(SCHEMA, "text", 4).of(row));
      }
    }
  }

  @Test
  void writingTheSameRowsAgainGivesTheSameChunks() {
    List<Row> rows = rows(30_000);
    assertEquals(
        write("a", "job_1", rows, null).chunks(), write("b", "job_2", rows, null).chunks());
  }

  @Test
  void aChunkEndsBeforeItOutgrowsItsWeight() {
    String longText = "x".repeat(200_000);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      rows.add(new Row(i, (long) i, longText));
    }
    Manifest manifest = write("a", "job_1", rows, null);
    assertEquals(List.of(5L, 5L, 5L, 5L), rowsOf(manifest, 0));
  }

  @Test
  void aRowHeavierThanAChunkIsAChunk() {
    Manifest manifest = write("a", "job_1", List.of(new Row(0, 1L, "x".repeat(3_000_000))), null);
    assertEquals(List.of(1L), rowsOf(manifest, 0));
  }

  @Test
  void aDamagedChunkIsNamed() {
    Manifest manifest = write("a", "job_1", rows(100), null);
    ChunkKey key = manifest.key(manifest.chunksOf(2).get(0));
    byte[] bytes = chunks.get(key);
    bytes[bytes.length / 2] ^= 1;
    chunks.put(key, bytes);
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> reader.partition(manifest, 2));
    assertEquals(ErrorKind.CORRUPT, e.kind());
    assertTrue(e.getMessage().contains(key.toString()), e.getMessage());
    assertEquals(25, reader.partition(manifest, 1).size());
  }

  @Test
  void aMissingChunkIsCorruptionNotAnEmptyPartition() {
    Manifest manifest = write("a", "job_1", rows(100), null);
    chunks.remove(manifest.key(manifest.chunksOf(2).get(0)));
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> reader.partition(manifest, 2));
    assertEquals(ErrorKind.CORRUPT, e.kind());
  }

  @Test
  void anAbandonedVersionLeavesNoChunk() {
    DatasetWriter writer =
        new DatasetWriter(chunks, "default", "dsv_x", SCHEMA, Partitioning.byOrdinal(4));
    rows(40_000).forEach(writer::add);
    assertTrue(chunks.size() > 0);
    writer.abandon();
    assertEquals(0, chunks.size());
  }

  @Test
  void chunksOfAnEarlierLongerRunAreRemoved() {
    write("a", "job_1", rows(100_000), null);
    Manifest manifest = write("a", "job_1", rows(10), null);
    assertEquals(manifest.chunks().size(), chunks.size());
  }

  @Test
  void partitionByAnUnknownColumnNamesTheColumnsThereAre() {
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> Partitioning.by(SCHEMA, "vin", 4));
    assertTrue(e.getMessage().contains("id, text"), e.getMessage());
  }

  @Test
  void theHashThatPlacesRowsNeverChanges() {
    assertEquals(0xefd01f60ba992926L, Partitioning.hash(""));
    assertEquals(7856225748509268435L, Partitioning.hash("1HGCM82633A004352"));
  }

  private static List<Long> rowsOf(Manifest manifest, int partition) {
    return manifest.chunksOf(partition).stream().map(ChunkInfo::rows).toList();
  }

  private static List<Row> rows(int count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(new Row(i, (long) i * i, i % 7 == 0 ? null : "row " + i % 100));
    }
    return rows;
  }

  private Manifest write(String name, String jobId, List<Row> rows, String partitionBy) {
    DatasetCatalog.Reservation reserved = catalog.reserve("default", name, jobId);
    DatasetWriter writer =
        new DatasetWriter(
            chunks,
            "default",
            reserved.versionId(),
            SCHEMA,
            Partitioning.by(SCHEMA, partitionBy, 4));
    rows.forEach(writer::add);
    return new Manifest(
        "default",
        reserved.datasetId(),
        name,
        reserved.versionId(),
        reserved.version(),
        SCHEMA,
        4,
        partitionBy,
        writer.finish(),
        List.of(),
        jobId,
        Instant.EPOCH);
  }
}
