package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.table.MemoryRecordTable;
import java.time.Clock;

/** A catalog in the heap of one process. */
public final class MemoryDatasetCatalog extends TableDatasetCatalog {
  public MemoryDatasetCatalog(int partitions) {
    this(partitions, Clock.systemUTC());
  }

  public MemoryDatasetCatalog(int partitions, Clock clock) {
    super(
        new MemoryRecordTable<>(DatasetRow.TABLE),
        new MemoryRecordTable<>(DatasetVersionRow.TABLE),
        new MemoryRecordTable<>(DatasetReservationRow.TABLE),
        new MemoryRecordTable<>(DatasetDisposalRow.TABLE),
        partitions,
        clock);
  }
}
