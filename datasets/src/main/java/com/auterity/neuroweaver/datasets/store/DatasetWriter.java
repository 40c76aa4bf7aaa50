package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the chunks of a whole new version from one thread: one {@link PartitionWriter} for each
 * partition, rows sent to theirs by {@link Partitioning}. Nothing is visible until the manifest
 * that names these chunks is committed.
 */
public final class DatasetWriter {
  private final List<PartitionWriter> partitions = new ArrayList<>();
  private final Partitioning partitioning;
  private long rows;

  public DatasetWriter(
      ChunkStore store, String tenant, String versionId, Schema schema, Partitioning partitioning) {
    this.partitioning = partitioning;
    for (int p = 0; p < partitioning.partitions(); p++) {
      partitions.add(new PartitionWriter(store, tenant, versionId, p, schema));
    }
  }

  /** Adds the row to the partition it belongs to. */
  public void add(Row row) {
    partitions.get(partitioning.of(row)).add(row);
    rows++;
  }

  public long rows() {
    return rows;
  }

  /** Stores what is left; the chunks by (partition, sequence), as a manifest wants them. */
  public List<ChunkInfo> finish() {
    List<ChunkInfo> chunks = new ArrayList<>();
    partitions.forEach(partition -> chunks.addAll(partition.finish()));
    return chunks;
  }

  /** Takes back every chunk stored so far. */
  public void abandon() {
    partitions.forEach(PartitionWriter::abandon);
  }
}
