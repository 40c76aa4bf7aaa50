package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Job {@code train}: synchronous data-parallel LoRA over the grid, with the same adapter bytes from
 * any number of nodes of one numerics profile.
 */
public final class TrainHandler implements JobHandler {
  private final DatasetCatalog datasets;
  private final TrainLedger ledger;

  public TrainHandler(DatasetCatalog datasets, TrainLedger ledger) {
    this.datasets = datasets;
    this.ledger = ledger;
  }

  @Override
  public String kind() {
    return "train";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    TrainingConfig.parse(parameters);
  }

  @Override
  public ObjectNode run(JobContext context) {
    throw new UnsupportedOperationException();
  }
}
