package com.auterity.neuroweaver.bench;

import java.util.Arrays;

/** What the rounds of one side measured; at least one. */
record Samples(double[] values) {
  Samples {
    if (values.length == 0) {
      throw new IllegalArgumentException("no round was measured");
    }
    for (double value : values) {
      if (!(value >= 0) || Double.isInfinite(value)) {
        throw new IllegalArgumentException("a round measured " + value);
      }
    }
    values = values.clone();
  }

  static Samples of(double... values) {
    return new Samples(values);
  }

  /** The middle one, or the mean of the two in the middle. */
  double median() {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  double min() {
    return Arrays.stream(values).min().getAsDouble();
  }

  double max() {
    return Arrays.stream(values).max().getAsDouble();
  }
}
