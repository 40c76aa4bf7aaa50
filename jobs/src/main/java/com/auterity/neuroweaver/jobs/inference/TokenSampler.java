package com.auterity.neuroweaver.jobs.inference;

import com.auterity.neuroweaver.jobs.model.LlamaDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Chooses a request's tokens: the likeliest, or drawn after temperature, top-k and nucleus
 * truncation (Holtzman et al. 2020). The draw hangs on the request's seed and the place alone.
 */
final class TokenSampler {
  private final GenerationRequest request;
  private final SplittableRandom random;

  TokenSampler(GenerationRequest request) {
    this.request = request;
    this.random = new SplittableRandom(request.seed());
  }

  int choose(LlamaDecoder.Next next) {
    if (request.temperature() == 0) {
      return next.likeliest();
    }
    float[] logits = next.logits();
    double draw = random.nextDouble();
    int[] order = order(logits);
    double[] weights = new double[order.length];
    double total = 0;
    double max = logits[order[0]];
    for (int i = 0; i < order.length; i++) {
      weights[i] = StrictMath.exp((logits[order[i]] - max) / request.temperature());
      total += weights[i];
    }
    if (request.topP() < 1) {
      double wanted = request.topP() * total;
      double sum = 0;
      int kept = 0;
      while (kept < weights.length && sum < wanted) {
        sum += weights[kept++];
      }
      total = sum;
      weights = java.util.Arrays.copyOf(weights, kept);
    }
    double at = draw * total;
    for (int i = 0; i < weights.length; i++) {
      at -= weights[i];
      if (at < 0) {
        return order[i];
      }
    }
    return order[weights.length - 1];
  }

  /** The likeliest tokens with the model's own probabilities, likeliest first. */
  List<Generation.Alternative> alternatives(LlamaDecoder.Next next) {
    List<Generation.Alternative> alternatives = new ArrayList<>();
    for (int token : top(next.logits(), request.alternatives())) {
      alternatives.add(new Generation.Alternative(token, next.probability(token)));
    }
    return List.copyOf(alternatives);
  }

  boolean stops(int token) {
    for (int stop : request.stopTokens()) {
      if (stop == token) {
        return true;
      }
    }
    return false;
  }

  /** Candidates after top-k, likeliest first; equal logits by token id. */
  private int[] order(float[] logits) {
    int k = request.topK() == 0 ? logits.length : Math.min(request.topK(), logits.length);
    return top(logits, k);
  }

  private static int[] top(float[] logits, int k) {
    int n = Math.min(k, logits.length);
    if (n == 0) {
      return new int[0];
    }
    if (n > 32) {
      long[] keys = new long[logits.length];
      for (int i = 0; i < keys.length; i++) {
        keys[i] = key(logits[i], i);
      }
      java.util.Arrays.sort(keys);
      int[] order = new int[n];
      for (int i = 0; i < n; i++) {
        order[i] = (int) keys[i];
      }
      return order;
    }
    int[] order = new int[n];
    int found = 0;
    for (int i = 0; i < logits.length; i++) {
      if (found == n && logits[i] <= logits[order[n - 1]]) {
        continue;
      }
      int at = found < n ? found++ : n - 1;
      while (at > 0 && logits[order[at - 1]] < logits[i]) {
        order[at] = order[at - 1];
        at--;
      }
      order[at] = i;
    }
    return order;
  }

  /** Sorts as the logit falls, then as the id rises. */
  private static long key(float logit, int id) {
    int bits = Float.floatToIntBits(logit == 0f ? 0f : logit);
    int rising = bits >= 0 ? bits : bits ^ 0x7fffffff;
    return (long) ~rising << 32 | id;
  }
}
