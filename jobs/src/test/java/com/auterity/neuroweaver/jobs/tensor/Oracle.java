package com.auterity.neuroweaver.jobs.tensor;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/** Every kernel as an obvious loop in double precision; matrices are row-major. */
public final class Oracle {
  private Oracle() {}

  /** op(a) op(b), where op(a) is (m x k) and op(b) is (k x n). */
  public static double[] product(
      double[] a, boolean ta, double[] b, boolean tb, int m, int n, int k) {
    double[] c = new double[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        for (int p = 0; p < k; p++) {
          c[i * n + j] += (ta ? a[p * m + i] : a[i * k + p]) * (tb ? b[j * k + p] : b[p * n + j]);
        }
      }
    }
    return c;
  }

  /** x W^T, where W is (out x in). */
  public static double[] linear(double[] x, double[] w, int rows, int in, int out) {
    return product(x, false, w, true, rows, out, in);
  }

  public static double[] plus(double[] a, double[] b) {
    double[] sum = a.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += b[i];
    }
    return sum;
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** The columns from {@code from} on of a matrix of {@code width} columns. */
  public static double[] columns(double[] x, int width, int from, int count) {
    double[] part = new double[x.length / width * count];
    for (int r = 0; r < x.length / width; r++) {
      System.arraycopy(x, r * width + from, part, r * count, count);
    }
    return part;
  }

  /**
   * Central differences: the gradient in x of the sum of {@code forward(x)} weighted by {@code dy}.
   */
  static double[] gradient(UnaryOperator<double[]> forward, double[] x, double[] dy) {
    double[] gradient = new double[x.length];
    double step = 1e-5;
    for (int i = 0; i < x.length; i++) {
      double[] moved = x.clone();
      moved[i] = x[i] + step;
      double plus = dot(forward.apply(moved), dy);
      moved[i] = x[i] - step;
      gradient[i] = (plus - dot(forward.apply(moved), dy)) / (2 * step);
    }
    return gradient;
  }

  /** 1 / sqrt(mean(x^2) + eps) of each row. */
  static double[] inverse(double[] x, int n, double eps) {
    double[] inverse = new double[x.length / n];
    for (int r = 0; r < inverse.length; r++) {
      double squares = 0;
      for (int j = 0; j < n; j++) {
        squares += x[r * n + j] * x[r * n + j];
      }
      inverse[r] = 1 / Math.sqrt(squares / n + eps);
    }
    return inverse;
  }

  public static double[] rmsNorm(double[] x, double[] weight, double eps) {
    int n = weight.length;
    double[] inverse = inverse(x, n, eps);
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] * inverse[i / n] * weight[i % n];
    }
    return y;
  }

  static double[] rmsNormInput(double[] dy, double[] x, double[] weight, double eps) {
    int n = weight.length;
    double[] inverse = inverse(x, n, eps);
    double[] dx = new double[x.length];
    for (int r = 0; r < inverse.length; r++) {
      double along = 0;
      for (int j = 0; j < n; j++) {
        along += weight[j] * dy[r * n + j] * x[r * n + j];
      }
      double scale = inverse[r];
      for (int j = 0; j < n; j++) {
        int at = r * n + j;
        dx[at] = scale * weight[j] * dy[at] - x[at] * scale * scale * scale * along / n;
      }
    }
    return dx;
  }

  static double[] rmsNormWeight(double[] dy, double[] x, int n, double eps) {
    double[] inverse = inverse(x, n, eps);
    double[] dw = new double[n];
    for (int i = 0; i < x.length; i++) {
      dw[i % n] += dy[i] * x[i] * inverse[i / n];
    }
    return dw;
  }

  /** RMSNorm of the first heads of each row of {@code cols}; weight is (heads x d). */
  static double[] headNorm(double[] x, int cols, double[] weight, int d, double eps) {
    double[] y = x.clone();
    for (int r = 0; r < x.length / cols; r++) {
      for (int h = 0; h < weight.length / d; h++) {
        int at = r * cols + h * d;
        double[] head =
            rmsNorm(
                Arrays.copyOfRange(x, at, at + d),
                Arrays.copyOfRange(weight, h * d, h * d + d),
                eps);
        System.arraycopy(head, 0, y, at, d);
      }
    }
    return y;
  }

  /** Rotates the first heads of each row of {@code cols} by its position, or back. */
  public static double[] rotary(
      double[] x,
      int cols,
      int heads,
      int d,
      int[] positions,
      double theta,
      boolean interleaved,
      boolean backward) {
    double[] y = x.clone();
    for (int r = 0; r < x.length / cols; r++) {
      for (int h = 0; h < heads; h++) {
        for (int i = 0; i < d / 2; i++) {
          double angle = positions[r] * Math.pow(theta, -2.0 * i / d) * (backward ? -1 : 1);
          int a = r * cols + h * d + (interleaved ? 2 * i : i);
          int b = r * cols + h * d + (interleaved ? 2 * i + 1 : i + d / 2);
          y[a] = x[a] * Math.cos(angle) - x[b] * Math.sin(angle);
          y[b] = x[b] * Math.cos(angle) + x[a] * Math.sin(angle);
        }
      }
    }
    return y;
  }

  /** silu(gate) * up, where each row of x is gate (m) beside up (m). */
  public static double[] swiglu(double[] x, int m) {
    double[] y = new double[x.length / 2];
    for (int i = 0; i < y.length; i++) {
      double gate = x[i / m * 2 * m + i % m];
      y[i] = gate / (1 + Math.exp(-gate)) * x[i / m * 2 * m + m + i % m];
    }
    return y;
  }

  static double[] swigluInput(double[] dy, double[] x, int m) {
    double[] dx = new double[x.length];
    for (int i = 0; i < dy.length; i++) {
      int at = i / m * 2 * m + i % m;
      double sigmoid = 1 / (1 + Math.exp(-x[at]));
      dx[at] = dy[i] * x[at + m] * sigmoid * (1 + x[at] * (1 - sigmoid));
      dx[at + m] = dy[i] * x[at] * sigmoid;
    }
    return dx;
  }

  static double[] softmax(double[] x, int cols) {
    double[] y = new double[x.length];
    for (int at = 0; at < x.length; at += cols) {
      double max = Double.NEGATIVE_INFINITY;
      for (int j = 0; j < cols; j++) {
        max = Math.max(max, x[at + j]);
      }
      double sum = 0;
      for (int j = 0; j < cols; j++) {
        y[at + j] = Math.exp(x[at + j] - max);
        sum += y[at + j];
      }
      for (int j = 0; j < cols; j++) {
        y[at + j] /= sum;
      }
    }
    return y;
  }

  /** -log softmax(row)[target] for each row; 0 where the target is negative. */
  public static double[] crossEntropy(double[] logits, int cols, int[] targets) {
    double[] losses = new double[logits.length / cols];
    for (int r = 0; r < losses.length; r++) {
      if (targets[r] >= 0) {
        double[] row = Arrays.copyOfRange(logits, r * cols, (r + 1) * cols);
        double max = Arrays.stream(row).max().orElseThrow();
        losses[r] = max - row[targets[r]];
        double sum = 0;
        for (double v : row) {
          sum += Math.exp(v - max);
        }
        losses[r] += Math.log(sum);
      }
    }
    return losses;
  }

  static double[] crossEntropyInput(double[] logits, int cols, int[] targets) {
    double[] dx = softmax(logits, cols);
    for (int i = 0; i < dx.length; i++) {
      int target = targets[i / cols];
      dx[i] = target < 0 ? 0 : dx[i] - (i % cols == target ? 1 : 0);
    }
    return dx;
  }

  /** The softmax of row i's scores for query head h over the rows from {@code first} to i. */
  private static double[] attends(double[] x, Heads heads, int first, int i, int h) {
    int d = heads.headDim();
    int cols = heads.width();
    double[] p = new double[i - first + 1];
    for (int j = 0; j < p.length; j++) {
      for (int e = 0; e < d; e++) {
        p[j] += x[i * cols + h * d + e] * x[(first + j) * cols + keyColumn(heads, h) + e];
      }
      p[j] /= Math.sqrt(d);
    }
    return softmax(p, p.length);
  }

  private static int keyColumn(Heads heads, int h) {
    return heads.queryWidth() + h / (heads.heads() / heads.kvHeads()) * heads.headDim();
  }

  private static int firstSeen(Heads heads, int segment, int i) {
    return heads.window() == 0 ? segment : Math.max(segment, i - heads.window() + 1);
  }

  /** Causal attention within segments, as far back as the window goes. */
  public static double[] attention(double[] x, Heads heads, int[] bounds) {
    int d = heads.headDim();
    int cols = heads.width();
    int width = heads.queryWidth();
    double[] out = new double[x.length / cols * width];
    for (int s = 0; s + 1 < bounds.length; s++) {
      for (int i = bounds[s]; i < bounds[s + 1]; i++) {
        int first = firstSeen(heads, bounds[s], i);
        for (int h = 0; h < heads.heads(); h++) {
          double[] p = attends(x, heads, first, i, h);
          int value = keyColumn(heads, h) + heads.keyWidth();
          for (int j = 0; j < p.length; j++) {
            for (int e = 0; e < d; e++) {
              out[i * width + h * d + e] += p[j] * x[(first + j) * cols + value + e];
            }
          }
        }
      }
    }
    return out;
  }

  static double[] attentionInput(double[] dOut, double[] x, Heads heads, int[] bounds) {
    int d = heads.headDim();
    int cols = heads.width();
    double[] dx = new double[x.length];
    for (int s = 0; s + 1 < bounds.length; s++) {
      for (int i = bounds[s]; i < bounds[s + 1]; i++) {
        int first = firstSeen(heads, bounds[s], i);
        for (int h = 0; h < heads.heads(); h++) {
          double[] p = attends(x, heads, first, i, h);
          int query = i * cols + h * d;
          int key = keyColumn(heads, h);
          int value = key + heads.keyWidth();
          double[] dp = new double[p.length];
          double mean = 0;
          for (int j = 0; j < p.length; j++) {
            for (int e = 0; e < d; e++) {
              double g = dOut[i * heads.queryWidth() + h * d + e];
              dp[j] += g * x[(first + j) * cols + value + e];
              dx[(first + j) * cols + value + e] += p[j] * g;
            }
            mean += p[j] * dp[j];
          }
          for (int j = 0; j < p.length; j++) {
            double ds = p[j] * (dp[j] - mean) / Math.sqrt(d);
            for (int e = 0; e < d; e++) {
              dx[query + e] += ds * x[(first + j) * cols + key + e];
              dx[(first + j) * cols + key + e] += ds * x[query + e];
            }
          }
        }
      }
    }
    return dx;
  }

  /** Whether dropout with this key keeps element {@code index}. */
  static boolean keeps(int index, double p, long key) {
    int h = mix(mix(index * 0x9E3779B1 ^ (int) key) + (int) (key >>> 32));
    return h >>> 8 >= Math.round(p * (1 << 24));
  }

  /** MurmurHash3's finalizer. */
  private static int mix(int h) {
    h = (h ^ (h >>> 16)) * 0x85EBCA6B;
    h = (h ^ (h >>> 13)) * 0xC2B2AE35;
    return h ^ (h >>> 16);
  }

  /** The levels of 4-bit NormalFloat (Dettmers et al. 2023, appendix E). */
  private static final double[] NF4 = {
    -1.0,
    -0.6961928009986877,
    -0.5250730514526367,
    -0.39491748809814453,
    -0.28444138169288635,
    -0.18477343022823334,
    -0.09105003625154495,
    0.0,
    0.07958029955625534,
    0.16093020141124725,
    0.24611230194568634,
    0.33791524171829224,
    0.44070982933044434,
    0.5626170039176941,
    0.7229568362236023,
    1.0
  };

  /**
   * What is left of weights after 4 bits: the nearest level in blocks of 64 scaled by their largest
   * magnitude, which itself is 8 bits around the mean of 256 of them.
   */
  static double[] nf4(double[] weights) {
    int blocks = (weights.length + 63) / 64;
    double[] largest = new double[blocks];
    for (int i = 0; i < weights.length; i++) {
      largest[i / 64] = Math.max(largest[i / 64], Math.abs(weights[i]));
    }
    double[] held = new double[blocks];
    for (int from = 0; from < blocks; from += 256) {
      double[] group = Arrays.copyOfRange(largest, from, Math.min(blocks, from + 256));
      double mean = Arrays.stream(group).average().orElseThrow();
      double reach = Arrays.stream(group).map(v -> Math.abs(v - mean)).max().orElseThrow();
      for (int i = 0; i < group.length; i++) {
        double steps = reach == 0 ? 0 : Math.rint((group[i] - mean) / reach * 127);
        held[from + i] = mean + steps * reach / 127;
      }
    }
    double[] result = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      double wanted = largest[i / 64] == 0 ? 0 : weights[i] / largest[i / 64];
      double nearest = NF4[0];
      for (double level : NF4) {
        nearest = Math.abs(level - wanted) < Math.abs(nearest - wanted) ? level : nearest;
      }
      result[i] = nearest * held[i / 64];
    }
    return result;
  }
}
