package com.auterity.neuroweaver.client;

import java.util.List;

/** An answer, what it cost in tokens and time, and which model version gave it. */
public record Prediction(
    String text,
    String model,
    String modelVersion,
    String modelVersionId,
    String deployment,
    String node,
    long tokensIn,
    long tokensOut,
    double latencyMs,
    String finishReason,
    List<TokenProbability> tokens) {
  public Prediction {
    tokens = tokens == null ? List.of() : List.copyOf(tokens);
  }
}
