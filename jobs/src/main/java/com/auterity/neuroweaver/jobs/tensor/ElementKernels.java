package com.auterity.neuroweaver.jobs.tensor;

import static com.auterity.neuroweaver.jobs.tensor.Lanes.F;
import static com.auterity.neuroweaver.jobs.tensor.Lanes.I;
import static com.auterity.neuroweaver.jobs.tensor.Lanes.WIDTH;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Arithmetic over pieces of rows in heap arrays; each has the same bytes however it is compiled.
 */
final class ElementKernels {
  private static final IntVector STEP = IntVector.zero(I).addIndex(1);

  private ElementKernels() {}

  static void add(float[] x, int xo, float[] y, int yo, int n) {
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      FloatVector.fromArray(F, y, yo + i)
          .add(FloatVector.fromArray(F, x, xo + i))
          .intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] += x[xo + i];
    }
  }

  /**
   * The sum of x y over n elements: one vector of partial sums, then a fixed tree, then the rest.
   */
  static float dot(float[] x, int xo, float[] y, int yo, int n, float[] scratch) {
    FloatVector sums = FloatVector.zero(F);
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      sums = FloatVector.fromArray(F, x, xo + i).fma(FloatVector.fromArray(F, y, yo + i), sums);
    }
    float sum = Lanes.sum(sums, scratch);
    for (; i < n; i++) {
      sum = Math.fma(x[xo + i], y[yo + i], sum);
    }
    return sum;
  }

  /** y = x * inverse * w, inverse = 1 / sqrt(mean(x^2) + eps), which is returned. */
  static float rmsNorm(float[] x, float[] w, double eps, float[] y, int n, float[] scratch) {
    float squares = dot(x, 0, x, 0, n, scratch);
    float scale = (float) (1 / Math.sqrt(squares / (double) n + eps));
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      FloatVector.fromArray(F, x, i).mul(scale).mul(FloatVector.fromArray(F, w, i)).intoArray(y, i);
    }
    for (; i < n; i++) {
      y[i] = x[i] * scale * w[i];
    }
    return scale;
  }

  /** dx += the gradient of the input; dw, unless null, += the weight's. */
  static void rmsNormBackward(
      float[] dy,
      float[] x,
      float[] w,
      float scale,
      float[] dx,
      float[] dw,
      int n,
      float[] scratch) {
    FloatVector sums = FloatVector.zero(F);
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      FloatVector wg = FloatVector.fromArray(F, w, i).mul(FloatVector.fromArray(F, dy, i));
      sums = wg.fma(FloatVector.fromArray(F, x, i), sums);
    }
    float sum = Lanes.sum(sums, scratch);
    for (; i < n; i++) {
      sum = Math.fma(w[i] * dy[i], x[i], sum);
    }
    float along = -(sum * scale * scale * scale / n);
    FloatVector alongs = FloatVector.broadcast(F, along);
    for (i = 0; i + WIDTH <= n; i += WIDTH) {
      FloatVector xs = FloatVector.fromArray(F, x, i);
      FloatVector d =
          FloatVector.fromArray(F, w, i).mul(FloatVector.fromArray(F, dy, i)).mul(scale);
      xs.fma(alongs, d).add(FloatVector.fromArray(F, dx, i)).intoArray(dx, i);
    }
    for (; i < n; i++) {
      dx[i] += Math.fma(x[i], along, w[i] * dy[i] * scale);
    }
    if (dw == null) {
      return;
    }
    for (i = 0; i + WIDTH <= n; i += WIDTH) {
      FloatVector.fromArray(F, dy, i)
          .mul(FloatVector.fromArray(F, x, i))
          .mul(scale)
          .add(FloatVector.fromArray(F, dw, i))
          .intoArray(dw, i);
    }
    for (; i < n; i++) {
      dw[i] += dy[i] * x[i] * scale;
    }
  }

  /** Rotates the heads of one row at a position. */
  static void rotary(
      float[] d, int heads, int headDim, int position, RotaryTable table, boolean backward) {
    int half = table.half();
    float sign = backward ? -1f : 1f;
    int angles = position * half;
    for (int h = 0; h < heads; h++) {
      int at = h * headDim;
      int i = 0;
      if (table.interleaved()) {
        for (; i < half; i++) {
          float cos = table.cos()[angles + i];
          float sin = table.sin()[angles + i] * sign;
          float a = d[at + 2 * i];
          float b = d[at + 2 * i + 1];
          d[at + 2 * i] = Math.fma(a, cos, -(b * sin));
          d[at + 2 * i + 1] = Math.fma(b, cos, a * sin);
        }
        continue;
      }
      for (; i + WIDTH <= half; i += WIDTH) {
        FloatVector cos = FloatVector.fromArray(F, table.cos(), angles + i);
        FloatVector sin = FloatVector.fromArray(F, table.sin(), angles + i).mul(sign);
        FloatVector a = FloatVector.fromArray(F, d, at + i);
        FloatVector b = FloatVector.fromArray(F, d, at + half + i);
        a.fma(cos, b.mul(sin).neg()).intoArray(d, at + i);
        b.fma(cos, a.mul(sin)).intoArray(d, at + half + i);
      }
      for (; i < half; i++) {
        float cos = table.cos()[angles + i];
        float sin = table.sin()[angles + i] * sign;
        float a = d[at + i];
        float b = d[at + half + i];
        d[at + i] = Math.fma(a, cos, -(b * sin));
        d[at + half + i] = Math.fma(b, cos, a * sin);
      }
    }
  }

  /** y = silu(gate) * up. */
  static void swiglu(float[] gate, float[] up, float[] y, int n) {
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      FloatVector g = FloatVector.fromArray(F, gate, i);
      FloatVector u = FloatVector.fromArray(F, up, i);
      g.mul(u).div(Lanes.exp(g.neg()).add(1f)).intoArray(y, i);
    }
    for (; i < n; i++) {
      float g = gate[i];
      y[i] = g * up[i] / (Lanes.exp(-g) + 1f);
    }
  }

  static void swigluBackward(
      float[] dy, float[] gate, float[] up, float[] dGate, float[] dUp, int n) {
    FloatVector one = FloatVector.broadcast(F, 1f);
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      FloatVector g = FloatVector.fromArray(F, gate, i);
      FloatVector u = FloatVector.fromArray(F, up, i);
      FloatVector d = FloatVector.fromArray(F, dy, i);
      FloatVector sigmoid = one.div(Lanes.exp(g.neg()).add(1f));
      FloatVector ds = sigmoid.mul(g.fma(one.sub(sigmoid), one));
      d.mul(u).mul(ds).intoArray(dGate, i);
      d.mul(g).mul(sigmoid).intoArray(dUp, i);
    }
    for (; i < n; i++) {
      float g = gate[i];
      float d = dy[i];
      float sigmoid = 1f / (Lanes.exp(-g) + 1f);
      float ds = sigmoid * Math.fma(g, 1f - sigmoid, 1f);
      dGate[i] = d * up[i] * ds;
      dUp[i] = d * g * sigmoid;
    }
  }

  private static FloatVector larger(FloatVector a, FloatVector b) {
    return a.max(b);
  }

  /** y = x * by, rounded to bf16. */
  static void scaleRound(float[] x, int from, int n, float by, short[] y) {
    int i = from;
    for (; i + WIDTH <= from + n; i += WIDTH) {
      Lanes.round(FloatVector.fromArray(F, x, i).mul(by), y, i);
    }
    for (; i < from + n; i++) {
      y[i] = Stage.round(x[i] * by);
    }
  }

  /**
   * Scores become probabilities, and their gradients those of the scores before scaling: p = exp(s
   * * scale - max) * inverse, ds = p * (dp - mean) * scale; places from to n of a row.
   */
  static void softmaxGradient(
      float[] scores,
      float[] gradients,
      int from,
      int n,
      float scale,
      float max,
      float inverse,
      float mean) {
    FloatVector scales = FloatVector.broadcast(F, scale);
    FloatVector shifts = FloatVector.broadcast(F, -max);
    int i = from;
    for (; i + WIDTH <= n; i += WIDTH) {
      FloatVector p =
          Lanes.exp(FloatVector.fromArray(F, scores, i).fma(scales, shifts)).mul(inverse);
      p.intoArray(scores, i);
      FloatVector.fromArray(F, gradients, i).sub(mean).mul(p).mul(scales).intoArray(gradients, i);
    }
    for (; i < n; i++) {
      float p = Lanes.exp(Math.fma(scores[i], scale, -max)) * inverse;
      scores[i] = p;
      gradients[i] = (gradients[i] - mean) * p * scale;
    }
  }

  /** The largest of n elements. */
  static float max(float[] x, int xo, int n, float[] scratch) {
    float max = Float.NEGATIVE_INFINITY;
    int i = 0;
    if (n >= WIDTH) {
      FloatVector m = FloatVector.fromArray(F, x, xo);
      FloatVector k = m;
      for (; i + 2 * WIDTH <= n; i += 2 * WIDTH) {
        m = larger(m, FloatVector.fromArray(F, x, xo + i));
        k = larger(k, FloatVector.fromArray(F, x, xo + i + WIDTH));
      }
      m = larger(m, k);
      for (; i + WIDTH <= n; i += WIDTH) {
        m = larger(m, FloatVector.fromArray(F, x, xo + i));
      }
      max = Lanes.max(m, scratch);
    }
    for (; i < n; i++) {
      max = Math.max(max, x[xo + i]);
    }
    return max;
  }

  /** The first of n elements that equals a value, or -1. */
  static int indexOf(float[] x, int n, float value) {
    for (int i = 0; i < n; i++) {
      if (x[i] == value) {
        return i;
      }
    }
    return -1;
  }

  /** The largest absolute value of n elements. */
  static float largestMagnitude(float[] x, int n, float[] scratch) {
    FloatVector m = FloatVector.zero(F);
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      m = larger(m, FloatVector.fromArray(F, x, i).abs());
    }
    float max = Lanes.max(m, scratch);
    for (; i < n; i++) {
      max = Math.max(max, Math.abs(x[i]));
    }
    return max;
  }

  /** y = scale * code. */
  static void scaled(byte[] codes, float scale, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = codes[i] * scale;
    }
  }

  /** y = exp(x * scale - shift) in place; the sum is returned. */
  static float expInPlace(float[] x, int xo, int n, float scale, float shift, float[] scratch) {
    FloatVector sums = FloatVector.zero(F);
    FloatVector scales = FloatVector.broadcast(F, scale);
    FloatVector shifts = FloatVector.broadcast(F, -shift);
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      FloatVector e = Lanes.exp(FloatVector.fromArray(F, x, xo + i).fma(scales, shifts));
      e.intoArray(x, xo + i);
      sums = sums.add(e);
    }
    float sum = Lanes.sum(sums, scratch);
    for (; i < n; i++) {
      float e = Lanes.exp(Math.fma(x[xo + i], scale, -shift));
      x[xo + i] = e;
      sum += e;
    }
    return sum;
  }

  static void scale(float[] x, int xo, int n, float by) {
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      FloatVector.fromArray(F, x, xo + i).mul(by).intoArray(x, xo + i);
    }
    for (; i < n; i++) {
      x[xo + i] *= by;
    }
  }

  /**
   * y = x, or y += x, where the mask of (key, index of the element) keeps it, scaled by 1 / (1 -
   * p).
   */
  static void dropout(
      float[] x, double p, long key, int first, float[] y, int n, boolean accumulate) {
    int low = (int) key;
    int high = (int) (key >>> 32);
    int drop = (int) Math.round(p * (1 << 24));
    float scale = (float) (1 / (1 - p));
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      IntVector h = STEP.add(first + i).mul(0x9E3779B1).lanewise(VectorOperators.XOR, low);
      h = mix(mix(h).add(high));
      // All ones where the element stays: (h >>> 8) - drop is negative where it goes.
      IntVector keep =
          h.lanewise(VectorOperators.LSHR, 8).sub(drop).lanewise(VectorOperators.ASHR, 31).not();
      FloatVector kept =
          FloatVector.fromArray(F, x, i)
              .mul(scale)
              .reinterpretAsInts()
              .and(keep)
              .reinterpretAsFloats();
      if (accumulate) {
        kept = kept.add(FloatVector.fromArray(F, y, i));
      }
      kept.intoArray(y, i);
    }
    for (; i < n; i++) {
      int h = (first + i) * 0x9E3779B1 ^ low;
      h = mix(mix(h) + high);
      float kept = (h >>> 8) < drop ? 0f : x[i] * scale;
      y[i] = accumulate ? y[i] + kept : kept;
    }
  }

  private static IntVector mix(IntVector h) {
    h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16)).mul(0x85EBCA6B);
    h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 13)).mul(0xC2B2AE35);
    return h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16));
  }

  private static int mix(int h) {
    h = (h ^ (h >>> 16)) * 0x85EBCA6B;
    h = (h ^ (h >>> 13)) * 0xC2B2AE35;
    return h ^ (h >>> 16);
  }
}
