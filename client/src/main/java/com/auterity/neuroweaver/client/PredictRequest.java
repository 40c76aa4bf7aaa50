package com.auterity.neuroweaver.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks for an answer to exactly one of: a prompt (one user message), messages, or the columns the
 * model's training used. A null knob takes its default (greedy).
 *
 * @param model a deployment's name, else a model's name, name@version, name@alias or version id
 */
public record PredictRequest(
    String model,
    String prompt,
    List<ChatMessage> messages,
    Map<String, Object> inputs,
    Integer maxTokens,
    Double temperature,
    Integer topK,
    Double topP,
    Long seed,
    Integer alternatives) {
  public PredictRequest {
    messages = messages == null ? null : List.copyOf(messages);
    inputs = inputs == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
  }

  /** A greedy question of one user message. */
  public static PredictRequest of(String model, String prompt) {
    return new PredictRequest(model, prompt, null, null, null, null, null, null, null, null);
  }
}
