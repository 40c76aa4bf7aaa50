package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/** A job for tests: stores {@code put} as a blob, or answers with the text of blob {@code get}. */
public final class BlobHandler implements JobHandler {
  @Override
  public String kind() {
    return "test-blob";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {}

  @Override
  public ObjectNode run(JobContext context) {
    ObjectNode asked = context.parameters();
    if (asked.has("put")) {
      byte[] bytes = asked.get("put").asText().getBytes(StandardCharsets.UTF_8);
      return asked.objectNode().put("sha256", context.blobs().put(bytes));
    }
    byte[] bytes = context.blobs().get(asked.get("get").asText());
    return asked.objectNode().put("text", new String(bytes, StandardCharsets.UTF_8));
  }
}
