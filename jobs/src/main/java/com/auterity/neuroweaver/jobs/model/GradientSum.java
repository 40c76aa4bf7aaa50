package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A sum of gradients in 64-bit fixed point (scale 2^40): exact, so that neither the number of
 * threads nor the order in which they add can change it.
 */
public final class GradientSum {
  private static final double SCALE = 0x1p40;
  private static final int CHUNK = 1 << 16;

  private final long[] sums;
  private final double limit;

  /** For vectors of n numbers, at most {@code addends} of them in all sums that are merged. */
  public GradientSum(int n, int addends) {
    this.sums = new long[n];
    this.limit = 0x1p62 / addends;
  }

  /** Back to zero. */
  public void clear() {
    Arrays.fill(sums, 0);
  }

  /** Adds each number; one that is none or too large is UNPROCESSABLE. */
  public void add(float[] gradient) {
    for (int i = 0; i < sums.length; i++) {
      double scaled = gradient[i] * SCALE;
      if (!(Math.abs(scaled) < limit)) {
        throw new NeuroWeaverException(
            ErrorKind.UNPROCESSABLE,
            "the gradient has the value %s; the learning rate is probably too high"
                .formatted(gradient[i]));
      }
      sums[i] += (long) scaled;
    }
  }

  /** Writes the total of several sums, divided by {@code divisor}, and returns its norm. */
  public static double mean(List<GradientSum> parts, double divisor, float[] out) {
    // Chunks of one size and their squares summed in order: the same bytes on any number of
    // threads.
    double[] squares = new double[(out.length + CHUNK - 1) / CHUNK];
    IntStream.range(0, squares.length)
        .parallel()
        .forEach(c -> squares[c] = mean(parts, divisor, out, c * CHUNK));
    double square = 0;
    for (double part : squares) {
      square += part;
    }
    return Math.sqrt(square);
  }

  private static double mean(List<GradientSum> parts, double divisor, float[] out, int from) {
    double square = 0;
    for (int i = from; i < Math.min(out.length, from + CHUNK); i++) {
      long total = 0;
      for (GradientSum part : parts) {
        total += part.sums[i];
      }
      double mean = total / SCALE / divisor;
      square += mean * mean;
      out[i] = (float) mean;
    }
    return square;
  }
}
