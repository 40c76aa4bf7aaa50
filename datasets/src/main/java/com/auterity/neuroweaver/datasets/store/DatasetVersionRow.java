package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Instant;

/**
 * Table DATASET_VERSION: a committed version; {@code manifest} is the whole {@link Manifest}
 * through {@link RecordCodec}, the other columns are for people.
 */
public record DatasetVersionRow(
    String tenant,
    String datasetId,
    int version,
    String versionId,
    String name,
    long rowCount,
    long byteCount,
    int chunkCount,
    int columnCount,
    int partitions,
    String partitionBy,
    String partitionHash,
    String parents,
    String jobId,
    Instant createdAt,
    byte[] manifest) {
  public static final TableDefinition<DatasetVersionRow> TABLE =
      TableDefinition.of("DATASET_VERSION", DatasetVersionRow.class, 3, CacheGroup.META);

  static DatasetVersionRow of(Manifest manifest) {
    return new DatasetVersionRow(
        manifest.tenant(),
        manifest.datasetId(),
        manifest.version(),
        manifest.versionId(),
        manifest.name(),
        manifest.rows(),
        manifest.bytes(),
        manifest.chunks().size(),
        manifest.schema().columns().size(),
        manifest.partitions(),
        manifest.partitionBy(),
        manifest.partitionBy() == null ? null : Partitioning.HASH,
        String.join(",", manifest.parents()),
        manifest.jobId(),
        manifest.createdAt(),
        RecordCodec.encode(manifest));
  }

  Manifest toManifest() {
    return RecordCodec.decode(manifest, Manifest.class);
  }
}
