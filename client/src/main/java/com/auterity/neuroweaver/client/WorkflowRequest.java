package com.auterity.neuroweaver.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A workflow program: its YAML text, the file name used in messages, and values for its parameters.
 */
public record WorkflowRequest(String file, String source, Map<String, JsonNode> parameters) {
  public WorkflowRequest {
    parameters =
        parameters == null
            ? Map.of()
            : Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }
}
