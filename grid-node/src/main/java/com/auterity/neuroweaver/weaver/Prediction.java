package com.auterity.neuroweaver.weaver;

import java.util.List;

/**
 * An answer, what it took, and which model version gave it. {@code deployment} is null when a model
 * was asked by its own name; {@code finishReason} is stop or length.
 */
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
    List<Token> tokens) {
  public Prediction {
    tokens = List.copyOf(tokens);
  }

  /** A token of the answer, its probability, and the likeliest tokens at its place. */
  public record Token(int id, String token, double probability, List<Alternative> alternatives) {
    public Token {
      alternatives = List.copyOf(alternatives);
    }
  }

  public record Alternative(int id, String token, double probability) {}
}
