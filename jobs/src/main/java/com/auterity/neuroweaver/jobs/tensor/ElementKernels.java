package com.auterity.neuroweaver.jobs.tensor;

import static com.auterity.neuroweaver.jobs.tensor.Lanes.F;
import static com.auterity.neuroweaver.jobs.tensor.Lanes.I;
import static com.auterity.neuroweaver.jobs.tensor.Lanes.WIDTH;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Kernels that work row by row: norms, rotation, gated activation, cross-entropy, dropout. */
final class ElementKernels {
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

  static void rmsNorm(
      CpuTensor x, CpuTensor weight, double eps, CpuTensor y, CpuTensor inverse, float[] scratch) {
    int n = x.cols;
    for (int r = 0; r < x.rows; r++) {
      int xo = x.offset + r * x.stride;
      int yo = y.offset + r * y.stride;
      float squares = dot(x.data, xo, x.data, xo, n, scratch);
      float scale = (float) (1 / Math.sqrt(squares / (double) n + eps));
      inverse.data[inverse.offset + r * inverse.stride] = scale;
      int i = 0;
      for (; i + WIDTH <= n; i += WIDTH) {
        FloatVector.fromArray(F, x.data, xo + i)
            .mul(scale)
            .mul(FloatVector.fromArray(F, weight.data, weight.offset + i))
            .intoArray(y.data, yo + i);
      }
      for (; i < n; i++) {
        y.data[yo + i] = x.data[xo + i] * scale * weight.data[weight.offset + i];
      }
    }
  }

  static void rmsNormBackward(
      CpuTensor dy,
      CpuTensor x,
      CpuTensor weight,
      CpuTensor inverse,
      CpuTensor dx,
      CpuTensor dWeight,
      float[] scratch) {
    int n = x.cols;
    float[] w = weight.data;
    int wo = weight.offset;
    for (int r = 0; r < x.rows; r++) {
      int xo = x.offset + r * x.stride;
      int go = dy.offset + r * dy.stride;
      int to = dx.offset + r * dx.stride;
      float scale = inverse.data[inverse.offset + r * inverse.stride];
      FloatVector sums = FloatVector.zero(F);
      int i = 0;
      for (; i + WIDTH <= n; i += WIDTH) {
        FloatVector wg =
            FloatVector.fromArray(F, w, wo + i).mul(FloatVector.fromArray(F, dy.data, go + i));
        sums = wg.fma(FloatVector.fromArray(F, x.data, xo + i), sums);
      }
      float sum = Lanes.sum(sums, scratch);
      for (; i < n; i++) {
        sum = Math.fma(w[wo + i] * dy.data[go + i], x.data[xo + i], sum);
      }
      float along = -(sum * scale * scale * scale / n);
      FloatVector alongs = FloatVector.broadcast(F, along);
      for (i = 0; i + WIDTH <= n; i += WIDTH) {
        FloatVector xs = FloatVector.fromArray(F, x.data, xo + i);
        FloatVector g = FloatVector.fromArray(F, dy.data, go + i);
        FloatVector d = FloatVector.fromArray(F, w, wo + i).mul(g).mul(scale);
        xs.fma(alongs, d).add(FloatVector.fromArray(F, dx.data, to + i)).intoArray(dx.data, to + i);
        if (dWeight != null) {
          int at = dWeight.offset + i;
          g.mul(xs)
              .mul(scale)
              .add(FloatVector.fromArray(F, dWeight.data, at))
              .intoArray(dWeight.data, at);
        }
      }
      for (; i < n; i++) {
        float xs = x.data[xo + i];
        float g = dy.data[go + i];
        dx.data[to + i] += Math.fma(xs, along, w[wo + i] * g * scale);
        if (dWeight != null) {
          dWeight.data[dWeight.offset + i] += g * xs * scale;
        }
      }
    }
  }

  static void rotary(
      CpuTensor x, int heads, int headDim, int[] positions, RotaryTable table, boolean backward) {
    float[] d = x.data;
    int half = table.half();
    float sign = backward ? -1f : 1f;
    for (int r = 0; r < x.rows; r++) {
      int angles = positions[r] * half;
      for (int h = 0; h < heads; h++) {
        int at = x.offset + r * x.stride + h * headDim;
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
  }

  static void swiglu(CpuTensor x, CpuTensor y) {
    int m = y.cols;
    for (int r = 0; r < x.rows; r++) {
      int go = x.offset + r * x.stride;
      int uo = go + m;
      int yo = y.offset + r * y.stride;
      int i = 0;
      for (; i + WIDTH <= m; i += WIDTH) {
        FloatVector g = FloatVector.fromArray(F, x.data, go + i);
        FloatVector u = FloatVector.fromArray(F, x.data, uo + i);
        g.mul(u).div(Lanes.exp(g.neg()).add(1f)).intoArray(y.data, yo + i);
      }
      for (; i < m; i++) {
        float g = x.data[go + i];
        y.data[yo + i] = g * x.data[uo + i] / (Lanes.exp(-g) + 1f);
      }
    }
  }

  static void swigluBackward(CpuTensor dy, CpuTensor x, CpuTensor dx) {
    int m = dy.cols;
    FloatVector one = FloatVector.broadcast(F, 1f);
    for (int r = 0; r < x.rows; r++) {
      int go = x.offset + r * x.stride;
      int uo = go + m;
      int to = dx.offset + r * dx.stride;
      int yo = dy.offset + r * dy.stride;
      int i = 0;
      for (; i + WIDTH <= m; i += WIDTH) {
        FloatVector g = FloatVector.fromArray(F, x.data, go + i);
        FloatVector u = FloatVector.fromArray(F, x.data, uo + i);
        FloatVector d = FloatVector.fromArray(F, dy.data, yo + i);
        FloatVector sigmoid = one.div(Lanes.exp(g.neg()).add(1f));
        FloatVector ds = sigmoid.mul(g.fma(one.sub(sigmoid), one));
        d.mul(u).mul(ds).intoArray(dx.data, to + i);
        d.mul(g).mul(sigmoid).intoArray(dx.data, to + m + i);
      }
      for (; i < m; i++) {
        float g = x.data[go + i];
        float d = dy.data[yo + i];
        float sigmoid = 1f / (Lanes.exp(-g) + 1f);
        float ds = sigmoid * Math.fma(g, 1f - sigmoid, 1f);
        dx.data[to + i] = d * x.data[uo + i] * ds;
        dx.data[to + m + i] = d * g * sigmoid;
      }
    }
  }

  /** The largest of n elements. */
  static float max(float[] x, int xo, int n, float[] scratch) {
    float max = Float.NEGATIVE_INFINITY;
    int i = 0;
    if (n >= WIDTH) {
      FloatVector m = FloatVector.fromArray(F, x, xo);
      for (i = WIDTH; i + WIDTH <= n; i += WIDTH) {
        m = m.max(FloatVector.fromArray(F, x, xo + i));
      }
      max = Lanes.max(m, scratch);
    }
    for (; i < n; i++) {
      max = Math.max(max, x[xo + i]);
    }
    return max;
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

  static double crossEntropy(
      CpuTensor logits, int[] targets, int from, boolean gradient, float[] scratch) {
    double loss = 0;
    int n = logits.cols;
    float[] d = logits.data;
    for (int r = 0; r < logits.rows; r++) {
      int at = logits.offset + r * logits.stride;
      int target = from + r < targets.length ? targets[from + r] : -1;
      if (target < 0) {
        if (gradient) {
          Arrays.fill(d, at, at + n, 0f);
        }
        continue;
      }
      float max = max(d, at, n, scratch);
      float chosen = d[at + target];
      float sum = expInPlace(d, at, n, 1f, max, scratch);
      loss += StrictMath.log(sum) + max - chosen;
      if (gradient) {
        scale(d, at, n, 1f / sum);
        d[at + target] -= 1f;
      }
    }
    return loss;
  }

  /** y = x, or y += x, where the mask of (key, index) keeps an element, scaled by 1 / (1 - p). */
  static void dropout(CpuTensor x, double p, long key, CpuTensor y, boolean accumulate) {
    int low = (int) key;
    int high = (int) (key >>> 32);
    int drop = (int) Math.round(p * (1 << 24));
    float scale = (float) (1 / (1 - p));
    int[] steps = new int[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      steps[i] = i;
    }
    IntVector step = IntVector.fromArray(I, steps, 0);
    for (int r = 0; r < x.rows; r++) {
      int xo = x.offset + r * x.stride;
      int yo = y.offset + r * y.stride;
      int index = r * x.cols;
      int i = 0;
      for (; i + WIDTH <= x.cols; i += WIDTH) {
        IntVector h = step.add(index + i).mul(0x9E3779B1).lanewise(VectorOperators.XOR, low);
        h = mix(mix(h).add(high));
        // All ones where the element stays: (h >>> 8) - drop is negative where it goes.
        IntVector keep =
            h.lanewise(VectorOperators.LSHR, 8).sub(drop).lanewise(VectorOperators.ASHR, 31).not();
        FloatVector kept =
            FloatVector.fromArray(F, x.data, xo + i)
                .mul(scale)
                .reinterpretAsInts()
                .and(keep)
                .reinterpretAsFloats();
        if (accumulate) {
          kept = kept.add(FloatVector.fromArray(F, y.data, yo + i));
        }
        kept.intoArray(y.data, yo + i);
      }
      for (; i < x.cols; i++) {
        int h = (index + i) * 0x9E3779B1 ^ low;
        h = mix(mix(h) + high);
        float kept = (h >>> 8) < drop ? 0f : x.data[xo + i] * scale;
        y.data[yo + i] = accumulate ? y.data[yo + i] + kept : kept;
      }
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
