package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Instant;

/**
 * Table DATASET_VERSION: a committed version; {@code manifest} is the whole {@link Manifest}
 * through {@link RecordCodec}, the other columns are for people. A retired version's row keeps its
 * number from being given out again: it has no manifest and no rows, and DATASET_DISPOSAL says why.
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

  boolean isLive() {
    return manifest != null;
  }

  /** What stays when the version is retired. */
  DatasetVersionRow retired() {
    return new DatasetVersionRow(
        tenant,
        datasetId,
        version,
        versionId,
        name,
        0,
        0,
        0,
        columnCount,
        partitions,
        partitionBy,
        partitionHash,
        parents,
        jobId,
        createdAt,
        null);
  }

  Manifest toManifest() {
    return RecordCodec.decode(manifest, Manifest.class);
  }
}
