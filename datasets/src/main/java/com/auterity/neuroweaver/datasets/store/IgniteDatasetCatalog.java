package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.table.RecordTable;
import java.time.Clock;

/**
 * The grid's catalog: tables DATASET, DATASET_VERSION, DATASET_RESERVATION and DATASET_DISPOSAL,
 * seen by SQL.
 */
public final class IgniteDatasetCatalog extends TableDatasetCatalog {
  /**
   * @param partitions of every dataset of this grid
   */
  public IgniteDatasetCatalog(
      RecordTable<DatasetRow> datasets,
      RecordTable<DatasetVersionRow> versions,
      RecordTable<DatasetReservationRow> reservations,
      RecordTable<DatasetDisposalRow> disposals,
      int partitions,
      Clock clock) {
    super(datasets, versions, reservations, disposals, partitions, clock);
  }
}
