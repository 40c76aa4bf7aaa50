package com.auterity.neuroweaver.jobs.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every kernel against an obvious double-precision loop, over random odd shapes. */
final class CpuLaneTest {
  private final Random random = new Random(42);
  private final Lane lane = Devices.float32().lane();

  @AfterEach
  void closeLane() {
    lane.close();
  }

  private int odd(int most) {
    return 1 + random.nextInt(most);
  }

  private float[] values(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** A tensor that is a view inside a larger one, so that strides are tried too. */
  private Tensor view(float[] values, int rows, int cols) {
    return view(lane, values, rows, cols);
  }

  private Tensor view(Lane on, float[] values, int rows, int cols) {
    Tensor big = on.zeros(rows + 2, cols + 3);
    Tensor inner = on.rows(on.columns(big, 1, cols), 1, rows);
    on.write(inner, values, 0);
    return inner;
  }

  private float[] read(Tensor t) {
    float[] values = new float[t.rows() * t.cols()];
    lane.read(t, values, 0);
    return values;
  }

  private static double[][] product(
      float[] a, boolean ta, float[] b, boolean tb, int m, int n, int k) {
    double[][] c = new double[m][n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        for (int p = 0; p < k; p++) {
          c[i][j] +=
              (double) (ta ? a[p * m + i] : a[i * k + p]) * (tb ? b[j * k + p] : b[p * n + j]);
        }
      }
    }
    return c;
  }

  private static void near(double[][] expected, float[] found, double relative) {
    int n = expected[0].length;
    double largest = 0;
    for (double[] row : expected) {
      for (double v : row) {
        largest = Math.max(largest, Math.abs(v));
      }
    }
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < n; j++) {
        assertEquals(expected[i][j], found[i * n + j], relative * (largest + 1e-3));
      }
    }
  }

  @Test
  void thinGemmInEveryLayout() {
    for (int round = 0; round < 60; round++) {
      int m = odd(40);
      int n = odd(150);
      int k = odd(50);
      boolean ta = random.nextBoolean();
      boolean tb = random.nextBoolean();
      boolean accumulate = random.nextBoolean();
      float alpha = random.nextBoolean() ? 1f : 0.37f;
      float[] a = values(m * k);
      float[] b = values(k * n);
      float[] c = values(m * n);
      Tensor product = view(c, m, n);
      lane.gemm(
          alpha,
          ta ? view(a, k, m) : view(a, m, k),
          ta,
          tb ? view(b, n, k) : view(b, k, n),
          tb,
          product,
          accumulate);
      double[][] expected = product(a, ta, b, tb, m, n, k);
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          expected[i][j] = alpha * expected[i][j] + (accumulate ? c[i * n + j] : 0);
        }
      }
      near(expected, read(product), 1e-5);
    }
    assertThrows(
        IllegalArgumentException.class,
        () ->
            lane.gemm(
                1f, lane.zeros(3, 4), false, lane.zeros(5, 2), false, lane.zeros(3, 2), false));
  }

  @Test
  void linearMapsInFloat32AndBf16() {
    for (Device device : new Device[] {Devices.float32(), Devices.best()}) {
      double tolerance = device.precision() == Precision.BF16 ? 1e-2 : 1e-5;
      for (int round = 0; round < 25; round++) {
        int rows = 1 + odd(70);
        int in = odd(90);
        int out = odd(90);
        float[] w = values(3 + out * in);
        float[] x = values(rows * in);
        float[] dy = values(rows * out);
        float[] values = java.util.Arrays.copyOfRange(w, 3, w.length);
        try (Lane on = device.lane();
            Weights weights = device.weights(out, in, w, 3)) {
          Tensor y = view(on, new float[rows * out], rows, out);
          on.linear(view(on, x, rows, in), weights, y);
          near(product(x, false, values, true, rows, out, in), read(y), tolerance);

          Tensor dx = view(on, new float[rows * in], rows, in);
          on.linearInput(view(on, dy, rows, out), weights, dx);
          near(product(dy, false, values, false, rows, in, out), read(dx), tolerance);

          float[] before = values(out * in);
          Tensor dw = view(on, before, out, in);
          on.linearWeight(view(on, dy, rows, out), view(on, x, rows, in), dw, true);
          double[][] expected = product(dy, true, x, false, out, in, rows);
          for (int i = 0; i < out; i++) {
            for (int j = 0; j < in; j++) {
              expected[i][j] += before[i * in + j];
            }
          }
          near(expected, read(dw), tolerance);

          float[] changed = values(out * in);
          weights.update(MatrixSource.of(changed, 0, out, in));
          on.linear(view(on, x, rows, in), weights, y);
          near(product(x, false, changed, true, rows, out, in), read(y), tolerance);
          on.linearInput(view(on, dy, rows, out), weights, dx);
          near(product(dy, false, changed, false, rows, in, out), read(dx), tolerance);
        }
      }
    }
  }

  @Test
  void refusesASingleRow() {
    try (Weights w = Devices.float32().weights(4, 4, new float[16], 0)) {
      assertThrows(
          IllegalArgumentException.class, () -> lane.linear(lane.zeros(1, 4), w, lane.zeros(1, 4)));
    }
  }

  @Test
  void roundsToTheNearestBf16TiesToEven() {
    float[] from = values(70);
    from[0] = Float.intBitsToFloat(0x3f808000);
    from[1] = Float.intBitsToFloat(0x3f818000);
    from[2] = Float.intBitsToFloat(0x3f818001);
    short[] to = new short[70];
    OneDnnGemm.round(from, 0, to, 0, 70);
    assertEquals(0x3f80, to[0]);
    assertEquals(0x3f82, to[1]);
    assertEquals(0x3f82, to[2]);
    for (int i = 0; i < 70; i++) {
      float back = Float.intBitsToFloat(to[i] << 16);
      assertTrue(Math.abs(back - from[i]) <= Math.abs(from[i]) / 256, from[i] + " became " + back);
    }
  }

  @Test
  void exponentialIsAccurateAndItsScalarTwinIsEqual() {
    float[] x = new float[Lanes.WIDTH];
    float[] y = new float[Lanes.WIDTH];
    for (int round = 0; round < 20_000; round++) {
      for (int i = 0; i < x.length; i++) {
        x[i] = (random.nextFloat() - 0.5f) * 170;
      }
      Lanes.exp(jdk.incubator.vector.FloatVector.fromArray(Lanes.F, x, 0)).intoArray(y, 0);
      for (int i = 0; i < x.length; i++) {
        double expected = Math.exp(x[i]);
        assertEquals(expected, y[i], expected * 3e-7);
        assertEquals(Float.floatToRawIntBits(y[i]), Float.floatToRawIntBits(Lanes.exp(x[i])));
      }
    }
  }

  @Test
  void rmsNormForwardAndBackward() {
    for (int round = 0; round < 20; round++) {
      int rows = odd(9);
      int n = odd(70);
      float[] x = values(rows * n);
      float[] w = values(n);
      float[] dy = values(rows * n);
      float[] dx = values(rows * n);
      float[] dw = values(n);
      Tensor tx = view(x, rows, n);
      Tensor tw = view(w, 1, n);
      Tensor y = view(new float[rows * n], rows, n);
      Tensor inverse = lane.tensor(rows, 1);
      lane.rmsNorm(tx, tw, 1e-5, y, inverse);
      Tensor tdx = view(dx, rows, n);
      Tensor tdw = view(dw, 1, n);
      lane.rmsNormBackward(view(dy, rows, n), tx, tw, inverse, tdx, tdw);
      double[][] expected = new double[rows][n];
      double[][] expectedDx = new double[rows][n];
      double[][] expectedDw = new double[1][n];
      for (int j = 0; j < n; j++) {
        expectedDw[0][j] = dw[j];
      }
      for (int r = 0; r < rows; r++) {
        double squares = 0;
        double along = 0;
        for (int j = 0; j < n; j++) {
          squares += (double) x[r * n + j] * x[r * n + j];
          along += (double) w[j] * dy[r * n + j] * x[r * n + j];
        }
        double scale = 1 / Math.sqrt(squares / n + 1e-5);
        for (int j = 0; j < n; j++) {
          int at = r * n + j;
          expected[r][j] = x[at] * scale * w[j];
          expectedDx[r][j] =
              dx[at] + scale * w[j] * dy[at] - x[at] * scale * scale * scale * along / n;
          expectedDw[0][j] += dy[at] * x[at] * scale;
        }
      }
      near(expected, read(y), 1e-5);
      near(expectedDx, read(tdx), 1e-5);
      near(expectedDw, read(tdw), 1e-5);
    }
  }

  @Test
  void rotaryTurnsPairsOrHalvesAndBackwardTurnsBack() {
    for (int round = 0; round < 20; round++) {
      boolean interleaved = round % 2 == 0;
      int headDim = 2 * odd(24);
      int heads = odd(4);
      int rows = odd(6);
      int cols = heads * headDim + 5;
      RotaryTable table = new RotaryTable(100, headDim, 10000, interleaved);
      int[] positions = random.ints(rows, 0, 100).toArray();
      float[] x = values(rows * cols);
      Tensor t = view(x, rows, cols);
      lane.rotary(t, heads, headDim, positions, table, false);
      double[][] expected = new double[rows][cols];
      for (int r = 0; r < rows; r++) {
        for (int j = 0; j < cols; j++) {
          expected[r][j] = x[r * cols + j];
        }
        for (int h = 0; h < heads; h++) {
          for (int i = 0; i < headDim / 2; i++) {
            double angle = positions[r] * Math.pow(10000, -2.0 * i / headDim);
            int a = h * headDim + (interleaved ? 2 * i : i);
            int b = h * headDim + (interleaved ? 2 * i + 1 : i + headDim / 2);
            double va = x[r * cols + a];
            double vb = x[r * cols + b];
            expected[r][a] = va * Math.cos(angle) - vb * Math.sin(angle);
            expected[r][b] = vb * Math.cos(angle) + va * Math.sin(angle);
          }
        }
      }
      near(expected, read(t), 1e-5);
      lane.rotary(t, heads, headDim, positions, table, true);
      double[][] original = new double[rows][cols];
      for (int i = 0; i < x.length; i++) {
        original[i / cols][i % cols] = x[i];
      }
      near(original, read(t), 1e-5);
    }
  }

  @Test
  void swigluForwardAndBackward() {
    int rows = 3;
    int m = 37;
    float[] x = values(rows * 2 * m);
    x[0] = 100;
    x[1] = -100;
    float[] dy = values(rows * m);
    Tensor tx = view(x, rows, 2 * m);
    Tensor y = view(new float[rows * m], rows, m);
    Tensor dx = view(new float[rows * 2 * m], rows, 2 * m);
    lane.swiglu(tx, y);
    lane.swigluBackward(view(dy, rows, m), tx, dx);
    double[][] expected = new double[rows][m];
    double[][] expectedDx = new double[rows][2 * m];
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < m; j++) {
        double g = x[r * 2 * m + j];
        double u = x[r * 2 * m + m + j];
        double sigmoid = 1 / (1 + Math.exp(-g));
        expected[r][j] = g * sigmoid * u;
        expectedDx[r][j] = dy[r * m + j] * u * sigmoid * (1 + g * (1 - sigmoid));
        expectedDx[r][m + j] = dy[r * m + j] * g * sigmoid;
      }
    }
    near(expected, read(y), 1e-6);
    near(expectedDx, read(dx), 1e-6);
  }

  @Test
  void crossEntropyAndItsGradient() {
    int rows = 7;
    int n = 83;
    float[] x = values(rows * n);
    for (int i = 0; i < x.length; i++) {
      x[i] *= 5;
    }
    int[] targets = {9, 9, 3, -1, 82, 0};
    Tensor t = view(x, rows, n);
    double loss = lane.crossEntropy(t, targets, 1, true);
    double expectedLoss = 0;
    double[][] expected = new double[rows][n];
    for (int r = 0; r < rows; r++) {
      int target = r + 1 < targets.length ? targets[r + 1] : -1;
      if (target < 0) {
        continue;
      }
      double sum = 0;
      for (int j = 0; j < n; j++) {
        sum += Math.exp(x[r * n + j]);
      }
      expectedLoss += Math.log(sum) - x[r * n + target];
      for (int j = 0; j < n; j++) {
        expected[r][j] = Math.exp(x[r * n + j]) / sum - (j == target ? 1 : 0);
      }
    }
    assertEquals(expectedLoss, loss, 1e-5 * expectedLoss);
    near(expected, read(t), 1e-5);
  }

  @Test
  void attentionForwardBackwardAndCached() {
    for (int round = 0; round < 12; round++) {
      int kvHeads = 1 + random.nextInt(3);
      Heads heads = new Heads(kvHeads * (1 + random.nextInt(3)), kvHeads, 2 * odd(20));
      int[] bounds = {0, odd(50), 0, 0};
      bounds[2] = bounds[1] + 1;
      bounds[3] = bounds[2] + odd(70);
      int rows = bounds[3];
      int cols = heads.width();
      float[] x = values(rows * cols);
      float[] dOut = values(rows * heads.queryWidth());
      Tensor qkv = view(x, rows, cols);
      Tensor out = view(new float[dOut.length], rows, heads.queryWidth());
      Tensor stats = view(new float[rows * 2 * heads.heads()], rows, 2 * heads.heads());
      Tensor dqkv = view(values(x.length), rows, cols);
      lane.attention(qkv, heads, bounds, out, stats);
      lane.attentionBackward(
          view(dOut, rows, heads.queryWidth()), qkv, out, stats, heads, bounds, dqkv);

      double[][] expected = new double[rows][heads.queryWidth()];
      double[][] expectedD = new double[rows][cols];
      oracle(x, dOut, heads, bounds, expected, expectedD);
      near(expected, read(out), 1e-5);
      near(expectedD, read(dqkv), 1e-5);

      // The last segment again, through a cache: its last row must agree.
      int length = rows - bounds[2];
      Tensor keys = lane.tensor(heads.keyWidth(), length + 5);
      Tensor cached = lane.tensor(length, heads.keyWidth());
      for (int i = 0; i < length; i++) {
        lane.cache(qkv, bounds[2] + i, heads, keys, cached, i);
      }
      Tensor again = view(new float[dOut.length], rows, heads.queryWidth());
      lane.attentionCached(qkv, rows - 1, heads, keys, cached, length, again);
      float[] row = read(lane.rows(again, rows - 1, 1));
      for (int j = 0; j < row.length; j++) {
        assertEquals(expected[rows - 1][j], row[j], 1e-5);
      }
    }
  }

  private static void oracle(
      float[] x, float[] dOut, Heads heads, int[] bounds, double[][] out, double[][] dx) {
    int d = heads.headDim();
    int cols = heads.width();
    for (int s = 0; s + 1 < bounds.length; s++) {
      for (int i = bounds[s]; i < bounds[s + 1]; i++) {
        for (int h = 0; h < heads.heads(); h++) {
          int q = h * d;
          int k = heads.queryWidth() + h / (heads.heads() / heads.kvHeads()) * d;
          int v = k + heads.keyWidth();
          double[] p = new double[i - bounds[s] + 1];
          double[] dp = new double[p.length];
          double sum = 0;
          for (int j = 0; j < p.length; j++) {
            for (int e = 0; e < d; e++) {
              p[j] += (double) x[i * cols + q + e] * x[(bounds[s] + j) * cols + k + e];
            }
            p[j] = Math.exp(p[j] / Math.sqrt(d));
            sum += p[j];
          }
          double mean = 0;
          for (int j = 0; j < p.length; j++) {
            p[j] /= sum;
            for (int e = 0; e < d; e++) {
              double g = dOut[i * heads.queryWidth() + q + e];
              double value = x[(bounds[s] + j) * cols + v + e];
              out[i][q + e] += p[j] * value;
              dp[j] += g * value;
              dx[bounds[s] + j][v + e] += p[j] * g;
            }
            mean += p[j] * dp[j];
          }
          for (int j = 0; j < p.length; j++) {
            double ds = p[j] * (dp[j] - mean) / Math.sqrt(d);
            for (int e = 0; e < d; e++) {
              dx[i][q + e] += ds * x[(bounds[s] + j) * cols + k + e];
              dx[bounds[s] + j][k + e] += ds * x[i * cols + q + e];
            }
          }
        }
      }
    }
  }

  @Test
  void dropoutHangsOnKeyAndIndexAlone() {
    int rows = 50;
    int cols = 203;
    float[] x = new float[rows * cols];
    java.util.Arrays.fill(x, 2f);
    Tensor y = view(new float[x.length], rows, cols);
    lane.dropout(view(x, rows, cols), 0.25, 77, y);
    float[] first = read(y);
    int kept = 0;
    for (float v : first) {
      assertTrue(v == 0f || v == 2f * (float) (1 / 0.75), "found " + v);
      kept += v != 0 ? 1 : 0;
    }
    assertEquals(0.75, kept / (double) first.length, 0.02);
    // Fewer rows: the same mask; another key: another.
    Tensor half = lane.tensor(20, cols);
    lane.dropout(view(x, 20, cols), 0.25, 77, half);
    float[] part = read(half);
    for (int i = 0; i < part.length; i++) {
      assertEquals(first[i], part[i]);
    }
    lane.dropout(view(x, 20, cols), 0.25, 78, half);
    assertTrue(!java.util.Arrays.equals(part, read(half)));
    float[] base = values(20 * cols);
    Tensor sum = view(base, 20, cols);
    lane.dropoutAdd(view(x, 20, cols), 0.25, 77, sum);
    float[] added = read(sum);
    for (int i = 0; i < part.length; i++) {
      assertEquals(base[i] + part[i], added[i]);
    }
  }

  @Test
  void gathersScattersAddsCopiesAndNormalizes() {
    float[] table = values(5 * 19);
    Tensor t = view(table, 5, 19);
    int[] ids = {9, 4, -1, 0, 4};
    Tensor rows = view(values(4 * 19), 4, 19);
    lane.gather(t, ids, 1, rows);
    float[] found = read(rows);
    for (int j = 0; j < 19; j++) {
      assertEquals(table[4 * 19 + j], found[j]);
      assertEquals(0f, found[19 + j]);
      assertEquals(table[j], found[2 * 19 + j]);
    }
    lane.scatterAdd(rows, ids, 1, t);
    float[] sums = read(t);
    for (int j = 0; j < 19; j++) {
      assertEquals(table[4 * 19 + j] * 3, sums[4 * 19 + j], 1e-5);
      assertEquals(table[j] * 2, sums[j], 1e-6);
      assertEquals(table[19 + j], sums[19 + j]);
    }
    Tensor copy = view(new float[4 * 19], 4, 19);
    lane.copy(rows, copy);
    lane.add(rows, copy);
    float[] twice = read(copy);
    for (int i = 0; i < twice.length; i++) {
      assertEquals(2 * found[i], twice[i]);
    }
    lane.softmax(copy);
    float[] probabilities = read(copy);
    for (int r = 0; r < 4; r++) {
      double sum = 0;
      for (int j = 0; j < 19; j++) {
        sum += probabilities[r * 19 + j];
      }
      assertEquals(1, sum, 1e-5);
    }
  }

  @Test
  void profileNamesWhatBytesDependOn() {
    String profile = Devices.best().profile();
    assertTrue(profile.contains("onednn-3."), profile);
    assertTrue(profile.contains("jdk-" + Runtime.version().feature()), profile);
    assertTrue(profile.endsWith(CpuDevice.hasBf16() ? "bf16" : "float32"), profile);
  }
}
