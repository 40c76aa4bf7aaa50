package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Writes the chunks of a whole new version, called from one thread: one {@link PartitionWriter} for
 * each partition, rows sent to theirs by {@link Partitioning}. Nothing is visible until the
 * manifest that names these chunks is committed.
 */
public final class DatasetWriter implements AutoCloseable {
  private final List<PartitionWriter> partitions = new ArrayList<>();
  private final Partitioning partitioning;
  private long rows;

  public DatasetWriter(
      ChunkStore store, String tenant, String versionId, Schema schema, Partitioning partitioning) {
    this(ChunkSink.direct(store), tenant, versionId, schema, partitioning);
  }

  /**
   * A writer whose chunks are encoded and stored by others.
   *
   * @param underWay so many chunks at once; who adds more waits
   */
  public static DatasetWriter parallel(
      ChunkStore store,
      String tenant,
      String versionId,
      Schema schema,
      Partitioning partitioning,
      Executor executor,
      int underWay) {
    return new DatasetWriter(
        ChunkSink.parallel(store, executor, underWay), tenant, versionId, schema, partitioning);
  }

  private DatasetWriter(
      ChunkSink sink, String tenant, String versionId, Schema schema, Partitioning partitioning) {
    this.partitioning = partitioning;
    for (int p = 0; p < partitioning.partitions(); p++) {
      partitions.add(new PartitionWriter(sink, tenant, versionId, p, schema));
    }
  }

  /** Waits until no chunk is under way any more. */
  @Override
  public void close() {
    partitions.forEach(PartitionWriter::close);
  }

  /** Adds the row to the partition it belongs to. */
  public void add(Row row) {
    partitions.get(partitioning.of(row)).add(row);
    rows++;
  }

  /** Adds the rows of a batch; the same as adding one after the other. */
  public void add(RowBatch batch) {
    int count = batch.rows();
    int[] places = new int[count];
    int[] weights = batch.weights();
    int[] ends = new int[partitions.size()];
    for (int r = 0; r < count; r++) {
      places[r] = partitioning.of(batch, r);
      ends[places[r]]++;
    }
    int[] next = new int[ends.length];
    for (int p = 0, at = 0; p < ends.length; p++) {
      next[p] = at;
      at += ends[p];
      ends[p] = at;
    }
    // A counting sort by partition; within one the rows stay in order.
    int[] sorted = new int[count];
    for (int r = 0; r < count; r++) {
      sorted[next[places[r]]++] = r;
    }
    for (int p = 0, from = 0; p < ends.length; p++) {
      if (ends[p] > from) {
        partitions.get(p).add(batch, sorted, from, ends[p], weights);
        from = ends[p];
      }
    }
    rows += count;
  }

  /**
   * Goes on where an earlier writer of the same rows was: what it stored is left out when it comes
   * again.
   *
   * @param stored of each partition
   */
  public void resume(List<PartitionWriter.Stored> stored) {
    for (int p = 0; p < partitions.size(); p++) {
      partitions.get(p).resume(stored.get(p));
    }
  }

  /** What is stored of each partition by now. */
  public List<PartitionWriter.Stored> stored() {
    return partitions.stream().map(PartitionWriter::stored).toList();
  }

  /** The ordinal of the first row that came and is not stored yet; Long.MAX_VALUE for none. */
  public long firstNotStored() {
    return partitions.stream().mapToLong(PartitionWriter::firstNotStored).min().getAsLong();
  }

  /** How many rows came, those that were left out too. */
  public long rows() {
    return rows;
  }

  /** Stores what is left; the chunks by (partition, sequence), as a manifest wants them. */
  public List<ChunkInfo> finish() {
    partitions.forEach(PartitionWriter::flush);
    List<ChunkInfo> chunks = new ArrayList<>();
    partitions.forEach(partition -> chunks.addAll(partition.finish()));
    return chunks;
  }

  /** Takes back every chunk stored so far. */
  public void abandon() {
    partitions.forEach(PartitionWriter::abandon);
  }
}
