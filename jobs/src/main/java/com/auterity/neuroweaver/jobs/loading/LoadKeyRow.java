package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Instant;

/**
 * Table DATASET_LOAD_KEY: which version the load with a key made of a dataset, and the SHA-256 of
 * what it read. The version may not be committed yet: then the job is at it, or has failed.
 */
public record LoadKeyRow(
    String tenant,
    String name,
    String loadKey,
    String contentSha256,
    String versionId,
    int version,
    String jobId,
    Instant createdAt) {
  public static final TableDefinition<LoadKeyRow> TABLE =
      TableDefinition.of("DATASET_LOAD_KEY", LoadKeyRow.class, 3, CacheGroup.META);
}
