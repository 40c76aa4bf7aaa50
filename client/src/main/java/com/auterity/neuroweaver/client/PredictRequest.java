package com.auterity.neuroweaver.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Asks a deployment or model for an answer, to a prompt or to the input columns its training used.
 * Null leaves a knob at its default (greedy).
 */
public record PredictRequest(
    String model,
    String prompt,
    Map<String, Object> inputs,
    Integer maxTokens,
    Double temperature,
    Integer topK,
    Double topP,
    Long seed,
    Integer alternatives) {
  public PredictRequest {
    inputs = inputs == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
  }

  public static PredictRequest of(String model, String prompt) {
    return new PredictRequest(model, prompt, null, null, null, null, null, null, null);
  }
}
