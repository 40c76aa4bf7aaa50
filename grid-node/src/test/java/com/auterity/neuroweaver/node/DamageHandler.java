package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A job for tests: damages one node's copies of a dataset's chunks; says how many. */
public final class DamageHandler implements JobHandler {
  @Override
  public String kind() {
    return "test-damage";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {}

  @Override
  public ObjectNode run(JobContext context) throws Exception {
    ObjectNode asked = context.parameters();
    DamageChunks.Done done =
        context
            .grid()
            .call(
                asked.get("node").asText(),
                DamageChunks.class,
                new DamageChunks.Order(
                    context.tenant(),
                    asked.get("dataset").asText(),
                    asked.get("remove").asBoolean()))
            .get();
    return asked.objectNode().put("damaged", done.chunks());
  }
}
