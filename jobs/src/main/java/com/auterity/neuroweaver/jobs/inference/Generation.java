package com.auterity.neuroweaver.jobs.inference;

import java.util.List;

/**
 * What a request produced: the tokens, each one's probability under the model (before temperature
 * and truncation), the likeliest tokens at each place, and why it ended. {@code promptTokens} is
 * the prompt's length.
 */
public record Generation(
    int[] tokens,
    float[] probabilities,
    List<List<Alternative>> alternatives,
    FinishReason finishReason,
    long promptTokens) {
  /** A token that could have come, with the model's probability for it. */
  public record Alternative(int token, float probability) {}

  /** Why generation ended: a stop token came, the length or context was used up, or cancelled. */
  public enum FinishReason {
    STOP,
    LENGTH,
    CANCELLED
  }
}
