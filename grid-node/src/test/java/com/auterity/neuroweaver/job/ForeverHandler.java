package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A job of tests that runs until it is cancelled. */
public final class ForeverHandler implements JobHandler {
  @Override
  public String kind() {
    return "test-forever";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {}

  @Override
  public ObjectNode run(JobContext context) throws Exception {
    while (context.epoch() > 0) {
      context.ensureActive();
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    }
    return JsonNodeFactory.instance.objectNode();
  }
}
