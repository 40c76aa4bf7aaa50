package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.Schema;
import java.time.Instant;
import java.util.List;

/**
 * What a dataset version is: it exists exactly when this is committed. {@code chunks} are ordered
 * by (partition, sequence); {@code partitionBy} is null when rows go by source ordinal.
 *
 * @param versionId {@code dsv_} + UUIDv7
 * @param datasetId {@code ds_} + UUIDv7
 * @param version 1, 2, ... within the dataset
 * @param parents version ids this one was derived from
 * @param jobId the job that made it
 */
public record Manifest(
    String tenant,
    String datasetId,
    String name,
    String versionId,
    int version,
    Schema schema,
    int partitions,
    String partitionBy,
    List<ChunkInfo> chunks,
    List<String> parents,
    String jobId,
    Instant createdAt) {
  public Manifest {
    chunks = List.copyOf(chunks);
    parents = List.copyOf(parents);
  }

  public long rows() {
    return chunks.stream().mapToLong(ChunkInfo::rows).sum();
  }

  public long bytes() {
    return chunks.stream().mapToLong(ChunkInfo::bytes).sum();
  }

  public List<ChunkInfo> chunksOf(int partition) {
    return chunks.stream().filter(c -> c.partition() == partition).toList();
  }

  public ChunkKey key(ChunkInfo chunk) {
    return new ChunkKey(
        tenant,
        chunk.storedIn() == null ? versionId : chunk.storedIn(),
        chunk.partition(),
        chunk.sequence());
  }
}
