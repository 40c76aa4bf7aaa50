package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Job {@code refine}: derives a cleaner dataset version by a recipe of stages. */
public final class RefineHandler implements JobHandler {
  @Override
  public String kind() {
    return "refine";
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
