package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Job {@code export}. */
public final class ExportHandler implements JobHandler {
  @Override
  public String kind() {
    return "export";
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
