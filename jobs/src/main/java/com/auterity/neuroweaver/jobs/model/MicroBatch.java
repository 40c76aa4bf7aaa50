package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;

/**
 * Samples packed one after the other: for each token its id, the id that should follow (-1: not a
 * target), its position in its sample and the number of its sample. Tokens of one sample are
 * contiguous, with positions counting up by one; attention never crosses samples. Arrays are not
 * copied and must not change.
 */
public record MicroBatch(int[] tokens, int[] targets, int[] positions, int[] segments) {
  public MicroBatch {
    int n = tokens.length;
    if (n == 0) {
      throw NeuroWeaverException.invalid("a micro-batch needs at least one token");
    }
    if (targets.length != n || positions.length != n || segments.length != n) {
      throw NeuroWeaverException.invalid(
          "a micro-batch of %d tokens has %d targets, %d positions and %d segments"
              .formatted(n, targets.length, positions.length, segments.length));
    }
    for (int i = 1; i < n; i++) {
      if (segments[i] == segments[i - 1] && positions[i] != positions[i - 1] + 1) {
        throw NeuroWeaverException.invalid(
            "token %d of a micro-batch has position %d after position %d of the same sample"
                .formatted(i, positions[i], positions[i - 1]));
      }
    }
  }

  /** One sample: each token's target is the next one, the last token has none. */
  public static MicroBatch ofText(int[] tokens) {
    int n = tokens.length;
    int[] targets = new int[n];
    int[] positions = new int[n];
    for (int i = 0; i < n; i++) {
      targets[i] = i + 1 < n ? tokens[i + 1] : -1;
      positions[i] = i;
    }
    return new MicroBatch(tokens, targets, positions, new int[n]);
  }

  public int size() {
    return tokens.length;
  }
}
