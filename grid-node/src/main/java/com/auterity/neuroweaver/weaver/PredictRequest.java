package com.auterity.neuroweaver.weaver;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A question to a model: a prompt (one user message), messages, or the columns its training used.
 * Exactly one of the three. A null knob takes its default: 256 tokens, greedy, no alternatives.
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
    if (model == null || model.isBlank()) {
      throw NeuroWeaverException.invalid(
          "model is missing: name a deployment (or model@version) that is to answer");
    }
    messages = messages == null ? null : List.copyOf(messages);
    inputs = inputs == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    int given = (prompt == null ? 0 : 1) + (messages == null ? 0 : 1) + (inputs == null ? 0 : 1);
    if (given != 1) {
      throw NeuroWeaverException.invalid(
          "give exactly one of prompt, messages and inputs; found " + given);
    }
  }

  /** A message of a conversation; role is system, user or assistant. */
  public record ChatMessage(String role, String content) {}

  /** A greedy question of one user message. */
  public static PredictRequest of(String model, String prompt) {
    return new PredictRequest(model, prompt, null, null, null, null, null, null, null, null);
  }
}
