package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * AdamW (Loshchilov and Hutter 2019) over a flat vector, decay decoupled from the gradient. Moments
 * are doubles, so a state is 8 + 8 + 16n bytes: magic and n, steps taken, m, v, little-endian.
 * Plain Java arithmetic in one fixed order: equal inputs give equal bytes anywhere.
 */
public final class AdamW {
  /** Numbers that one thread steps at a time. */
  private static final int CHUNK = 1 << 16;

  private static final int MAGIC = 0x4144414d;

  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final double weightDecay;
  private final double[] m;
  private final double[] v;
  private final List<Slice> withoutDecay;
  private long steps;

  public AdamW(int n, double beta1, double beta2, double epsilon, double weightDecay) {
    this(n, beta1, beta2, epsilon, weightDecay, List.of());
  }

  /** As above; what lies in the given slices is not decayed (norms, usually). */
  public AdamW(
      int n,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      List<Slice> withoutDecay) {
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.weightDecay = weightDecay;
    this.m = new double[n];
    this.v = new double[n];
    this.withoutDecay =
        withoutDecay.stream().sorted(Comparator.comparingInt(Slice::offset)).toList();
  }

  /** Changes the parameters by one step along the (already averaged and clipped) gradient. */
  public void step(float[] parameters, float[] gradient, double learningRate) {
    if (parameters.length != m.length || gradient.length != m.length) {
      throw NeuroWeaverException.invalid(
          "this optimizer holds %d parameters; given were %d and %d gradients"
              .formatted(m.length, parameters.length, gradient.length));
    }
    steps++;
    double correction1 = 1 / (1 - StrictMath.pow(beta1, steps));
    double correction2 = 1 / (1 - StrictMath.pow(beta2, steps));
    double shrink = 1 - learningRate * weightDecay;
    int from = 0;
    for (Slice slice : withoutDecay) {
      step(
          parameters,
          gradient,
          from,
          slice.offset(),
          shrink,
          learningRate,
          correction1,
          correction2);
      from = slice.offset() + slice.length();
      step(parameters, gradient, slice.offset(), from, 1, learningRate, correction1, correction2);
    }
    step(parameters, gradient, from, m.length, shrink, learningRate, correction1, correction2);
  }

  private void step(
      float[] parameters,
      float[] gradient,
      int from,
      int to,
      double shrink,
      double learningRate,
      double correction1,
      double correction2) {
    if (to - from > 2 * CHUNK) {
      // Each number is its own, so who computes it changes nothing.
      IntStream.range(0, (to - from + CHUNK - 1) / CHUNK)
          .parallel()
          .forEach(
              c ->
                  step(
                      parameters,
                      gradient,
                      from + c * CHUNK,
                      Math.min(to, from + (c + 1) * CHUNK),
                      shrink,
                      learningRate,
                      correction1,
                      correction2));
      return;
    }
    for (int i = from; i < to; i++) {
      double g = gradient[i];
      double mean = beta1 * m[i] + (1 - beta1) * g;
      double square = beta2 * v[i] + (1 - beta2) * g * g;
      m[i] = mean;
      v[i] = square;
      double update = mean * correction1 / (Math.sqrt(square * correction2) + epsilon);
      parameters[i] = (float) (parameters[i] * shrink - learningRate * update);
    }
  }

  public long steps() {
    return steps;
  }

  public byte[] state() {
    ByteBuffer out =
        ByteBuffer.allocate(Math.addExact(16, Math.multiplyExact(16, m.length)))
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(m.length).putLong(steps);
    out.asDoubleBuffer().put(m).put(v);
    return out.array();
  }

  public void restore(byte[] state) {
    ByteBuffer in = ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN);
    if (state.length != 16 + 16L * m.length || in.getInt() != MAGIC || in.getInt() != m.length) {
      throw NeuroWeaverException.invalid(
          "this is not the optimizer state of %d parameters (%d bytes found, %d expected)"
              .formatted(m.length, state.length, 16 + 16L * m.length));
    }
    steps = in.getLong();
    in.asDoubleBuffer().get(m).get(v);
  }
}
