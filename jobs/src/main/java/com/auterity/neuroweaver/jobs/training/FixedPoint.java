package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * Sums of gradients in 64-bit fixed point with 40 fractional bits. Integer addition is associative
 * and an addend is bounded so that no sum of a step can overflow: order and grouping cannot matter.
 */
final class FixedPoint {
  static final double SCALE = 0x1p40;

  private FixedPoint() {}

  /** The bound that |g| x 2^40 of each addend stays below when a step has so many micro-batches. */
  static double bound(int microBatches) {
    return 0x1p62 / microBatches;
  }

  /**
   * Adds a gradient to a sum, all of it or, when a value is no number or beyond the bound, nothing.
   *
   * @throws NeuroWeaverException UNPROCESSABLE naming the value
   */
  static void add(long[] sum, float[] gradient, int microBatches) {
    double limit = bound(microBatches) / SCALE;
    for (int i = 0; i < gradient.length; i++) {
      // Negated, so that NaN is refused as well.
      if (!(Math.abs((double) gradient[i]) < limit)) {
        throw new NeuroWeaverException(
            ErrorKind.UNPROCESSABLE,
            ("the gradient of adapter parameter %d is %s, beyond %s: training diverges; lower"
                    + " learning_rate or max_grad_norm, or raise warmup_ratio")
                .formatted(i, gradient[i], limit),
            Map.of("parameter", i, "gradient", String.valueOf(gradient[i]), "bound", limit));
      }
    }
    for (int i = 0; i < gradient.length; i++) {
      // Exact: a float times a power of two is a double without rounding; rint rounds to even.
      sum[i] += (long) Math.rint(gradient[i] * SCALE);
    }
  }

  static void add(long[] sum, long[] other) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += other[i];
    }
  }

  static byte[] bytes(long[] sum) {
    ByteBuffer out = ByteBuffer.allocate(sum.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.asLongBuffer().put(sum);
    return out.array();
  }

  static long[] sum(byte[] bytes) {
    long[] sum = new long[bytes.length / Long.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(sum);
    return sum;
  }
}
