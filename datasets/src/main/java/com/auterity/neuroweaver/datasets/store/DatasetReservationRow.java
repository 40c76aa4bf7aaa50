package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Instant;

/**
 * Table DATASET_RESERVATION: ids given out for versions that jobs are making. The row with an empty
 * job id holds the name's dataset id; {@code firstVersion} is the least number the version can get.
 */
public record DatasetReservationRow(
    String tenant,
    String name,
    String jobId,
    String datasetId,
    String versionId,
    int firstVersion,
    Instant createdAt) {
  public static final TableDefinition<DatasetReservationRow> TABLE =
      TableDefinition.of("DATASET_RESERVATION", DatasetReservationRow.class, 3, CacheGroup.META);
}
