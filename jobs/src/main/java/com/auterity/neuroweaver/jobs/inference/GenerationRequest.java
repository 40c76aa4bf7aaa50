package com.auterity.neuroweaver.jobs.inference;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;

/**
 * One prompt and how to go on from it. Temperature 0 is greedy; {@code topK} 0 and {@code topP} 1
 * leave the distribution whole; {@code alternatives} is how many of the likeliest tokens to report
 * at each place; generation ends after {@code maxTokens} or at one of {@code stopTokens}, which is
 * not part of the answer.
 */
public record GenerationRequest(
    int[] prompt,
    int maxTokens,
    double temperature,
    int topK,
    double topP,
    long seed,
    int alternatives,
    int[] stopTokens) {
  public GenerationRequest {
    if (prompt.length == 0) {
      throw NeuroWeaverException.invalid("a prompt needs at least one token");
    }
    if (maxTokens < 1) {
      throw NeuroWeaverException.invalid("max_tokens must be at least 1, found " + maxTokens);
    }
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw NeuroWeaverException.invalid("temperature must be 0 or more, found " + temperature);
    }
    if (topK < 0) {
      throw NeuroWeaverException.invalid("top_k must be 0 (off) or more, found " + topK);
    }
    if (!(topP > 0 && topP <= 1)) {
      throw NeuroWeaverException.invalid("top_p must be above 0 and at most 1, found " + topP);
    }
    if (alternatives < 0) {
      throw NeuroWeaverException.invalid("alternatives must be 0 or more, found " + alternatives);
    }
    prompt = prompt.clone();
    stopTokens = stopTokens.clone();
  }

  /** Greedy, without alternatives. */
  public static GenerationRequest greedy(int[] prompt, int maxTokens, int... stopTokens) {
    return new GenerationRequest(prompt, maxTokens, 0, 0, 1, 0, 0, stopTokens);
  }
}
