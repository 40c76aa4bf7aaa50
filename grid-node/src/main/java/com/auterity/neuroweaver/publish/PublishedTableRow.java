package com.auterity.neuroweaver.publish;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Instant;

/** Table PUBLISHED_TABLE: which dataset version an SQL table shows, and the cache that holds it. */
public record PublishedTableRow(
    String tenant,
    String tableName,
    String datasetName,
    String versionId,
    long rowCount,
    String cacheName,
    String jobId,
    Instant createdAt) {
  public static final TableDefinition<PublishedTableRow> TABLE =
      TableDefinition.of("PUBLISHED_TABLE", PublishedTableRow.class, 2, CacheGroup.META);
}
