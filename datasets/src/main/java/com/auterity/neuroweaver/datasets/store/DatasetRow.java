package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Instant;

/** Table DATASET: a named dataset with at least one committed version, and its newest. */
public record DatasetRow(
    String tenant,
    String datasetId,
    String name,
    int latestVersion,
    String latestVersionId,
    long rowCount,
    long byteCount,
    Instant createdAt,
    Instant updatedAt) {
  public static final TableDefinition<DatasetRow> TABLE =
      TableDefinition.of("DATASET", DatasetRow.class, 2, CacheGroup.META);
}
