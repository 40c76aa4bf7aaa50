package com.auterity.neuroweaver.jobs.inference;

import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Job {@code infer}: answers every row of a dataset into a new dataset version beside it. */
public final class InferHandler implements JobHandler {
  public InferHandler(DatasetCatalog datasets, ModelSource models) {}

  @Override
  public String kind() {
    return "infer";
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
