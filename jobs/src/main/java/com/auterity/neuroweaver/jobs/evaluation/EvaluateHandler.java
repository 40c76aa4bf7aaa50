package com.auterity.neuroweaver.jobs.evaluation;

import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Job {@code evaluate}: what a model answers on held-out rows, without and with an adapter. */
public final class EvaluateHandler implements JobHandler {
  private final DatasetCatalog datasets;
  private final AdapterSource adapters;

  public EvaluateHandler(DatasetCatalog datasets, AdapterSource adapters) {
    this.datasets = datasets;
    this.adapters = adapters;
  }

  @Override
  public String kind() {
    return "evaluate";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ObjectNode run(JobContext context) {
    throw new UnsupportedOperationException();
  }
}
