package com.auterity.neuroweaver.jobs.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every device must do: each kernel of {@link Lane} against the {@link Oracle} over random odd
 * shapes and strided views, backward kernels also against finite differences of the oracle's
 * forward.
 */
abstract class DeviceContract extends LaneHistoryContract {
  private static final double FINE = 1e-5;
  private static final double EPS = 1e-5;

  private final Random random = new Random(42);
  private Lane lane;

  DeviceContract(TestDevice kind) {
    super(kind);
  }

  @BeforeEach
  void openLane() {
    lane = device.lane();
  }

  @AfterEach
  void closeLane() {
    if (lane != null) {
      lane.close();
    }
  }

  /** For products whose factors are in the device's precision. */
  private double factors() {
    return device.precision() == Precision.BF16 ? 1e-2 : FINE;
  }

  private double attentions() {
    return device.precision() == Precision.BF16 ? 2e-2 : FINE;
  }

  private int odd(int most) {
    return 1 + random.nextInt(most);
  }

  /** Random numbers; those of a float32 are exact as doubles. */
  private double[] draw(int n) {
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Random numbers that bf16 holds exactly. */
  private double[] drawHalf(int n) {
    double[] values = draw(n);
    for (int i = 0; i < n; i++) {
      values[i] = Float.intBitsToFloat(Float.floatToRawIntBits((float) values[i]) & 0xFFFF0000);
    }
    return values;
  }

  /** A tensor that is a view inside a larger one, so that strides are tried too. */
  private Tensor view(double[] values, int rows, int cols) {
    return view(lane, values, rows, cols);
  }

  private static Tensor view(Lane on, double[] values, int rows, int cols) {
    Tensor big = on.zeros(rows + 2, cols + 3);
    Tensor inner = on.rows(on.columns(big, 1, cols), 1, rows);
    on.write(inner, floats(values), 0);
    return inner;
  }

  private Tensor narrow(double[] values, int rows, int cols) {
    Tensor t = lane.narrow(rows, cols);
    lane.write(t, floats(values), 0);
    return t;
  }

  /** A view with other numbers in it, for a kernel to overwrite. */
  private Tensor stale(int rows, int cols) {
    return view(draw(rows * cols), rows, cols);
  }

  private float[] read(Tensor t) {
    float[] values = new float[t.rows() * t.cols()];
    lane.read(t, values, 0);
    return values;
  }

  private static void near(double[] expected, float[] found, double relative) {
    near(expected, found, relative, "element ");
  }

  private static void near(double[] expected, float[] found, double relative, String what) {
    assertEquals(expected.length, found.length, what);
    double largest = 0;
    for (double v : expected) {
      largest = Math.max(largest, Math.abs(v));
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], found[i], relative * (largest + 1e-3), what + i);
    }
  }

  // Tensors and views.

  @Test
  void tensorsKeepWhatIsWrittenAndViewsShareIt() {
    double[] values = draw(7 * 11);
    Tensor t = lane.tensor(7, 11);
    float[] shifted = new float[3 + values.length];
    System.arraycopy(floats(values), 0, shifted, 3, values.length);
    lane.write(t, shifted, 3);
    float[] back = new float[2 + values.length];
    lane.read(t, back, 2);
    assertArrayEquals(floats(values), Arrays.copyOfRange(back, 2, back.length));

    Tensor part = lane.columns(lane.rows(t, 2, 4), 3, 5);
    assertEquals(4, part.rows());
    assertEquals(5, part.cols());
    double[] rows = Arrays.copyOfRange(values, 2 * 11, 6 * 11);
    assertArrayEquals(floats(Oracle.columns(rows, 11, 3, 5)), read(part));
    double[] inside = draw(20);
    lane.write(part, floats(inside), 0);
    float[] whole = read(t);
    for (int i = 0; i < whole.length; i++) {
      int r = i / 11 - 2;
      int c = i % 11 - 3;
      boolean written = r >= 0 && r < 4 && c >= 0 && c < 5;
      assertEquals((float) (written ? inside[r * 5 + c] : values[i]), whole[i]);
    }
    assertArrayEquals(new float[15], read(lane.zeros(3, 5)));
    float[] constant = floats(draw(13));
    assertArrayEquals(
        Arrays.copyOfRange(constant, 1, 13), read(device.constant(3, 4, constant, 1)));
    assertThrows(IndexOutOfBoundsException.class, () -> lane.rows(t, 5, 3));
    assertThrows(IndexOutOfBoundsException.class, () -> lane.columns(t, -1, 3));
  }

  @Test
  void aFreedTensorMayBeTakenAgainAndZerosAreZeros() {
    for (int round = 0; round < 20; round++) {
      Tensor t = lane.tensor(9, 33);
      lane.write(t, floats(draw(9 * 33)), 0);
      lane.free(t);
      Tensor zeros = lane.zeros(9, 33);
      assertArrayEquals(new float[9 * 33], read(zeros));
      lane.free(zeros);
    }
  }

  @Test
  void copiesAdds() {
    double[] x = draw(4 * 19);
    double[] y = draw(4 * 19);
    double[] row = draw(19);
    double[] sums = draw(19);
    Tensor tx = view(x, 4, 19);
    Tensor ty = view(y, 4, 19);
    lane.add(tx, ty);
    near(Oracle.plus(y, x), read(ty), 1e-6);
    lane.copy(tx, ty);
    assertArrayEquals(floats(x), read(ty));
    lane.addRow(view(row, 1, 19), ty);
    double[] expected = x.clone();
    double[] summed = sums.clone();
    for (int i = 0; i < x.length; i++) {
      expected[i] += row[i % 19];
      summed[i % 19] += x[i];
    }
    near(expected, read(ty), 1e-6);
    Tensor ts = view(sums, 1, 19);
    lane.sumRows(tx, ts);
    near(summed, read(ts), 1e-6);
  }

  // Products.

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
      double[] a = draw(m * k);
      double[] b = draw(k * n);
      double[] c = draw(m * n);
      Tensor product = view(c, m, n);
      lane.gemm(
          alpha,
          ta ? view(a, k, m) : view(a, m, k),
          ta,
          tb ? view(b, n, k) : view(b, k, n),
          tb,
          product,
          accumulate);
      double[] expected = Oracle.product(a, ta, b, tb, m, n, k);
      for (int i = 0; i < expected.length; i++) {
        expected[i] = alpha * expected[i] + (accumulate ? c[i] : 0);
      }
      near(expected, read(product), factors());
    }
    assertThrows(
        IllegalArgumentException.class,
        () ->
            lane.gemm(
                1f, lane.zeros(3, 4), false, lane.zeros(5, 2), false, lane.zeros(3, 2), false));
  }

  @Test
  void linearMapsAndTheirGradients() {
    for (int round = 0; round < 25; round++) {
      int rows = 1 + odd(70);
      int in = odd(90);
      int out = odd(90);
      double[] shifted = draw(3 + out * in);
      double[] w = Arrays.copyOfRange(shifted, 3, shifted.length);
      double[] x = draw(rows * in);
      double[] dy = draw(rows * out);
      try (Weights weights = device.weights(out, in, floats(shifted), 3)) {
        assertEquals(out, weights.out());
        assertEquals(in, weights.in());
        assertTrue(weights.bytes() > 0);
        Tensor y = stale(rows, out);
        lane.linear(view(x, rows, in), weights, y);
        near(Oracle.linear(x, w, rows, in, out), read(y), factors());

        Tensor dx = stale(rows, in);
        lane.linearInput(view(dy, rows, out), weights, dx);
        near(Oracle.product(dy, false, w, false, rows, in, out), read(dx), factors());

        for (boolean accumulate : new boolean[] {true, false}) {
          double[] before = draw(out * in);
          Tensor dw = view(before, out, in);
          lane.linearWeight(view(dy, rows, out), view(x, rows, in), dw, accumulate);
          double[] expected = Oracle.product(dy, true, x, false, out, in, rows);
          near(accumulate ? Oracle.plus(before, expected) : expected, read(dw), factors());
        }

        double[] changed = draw(out * in);
        weights.update(MatrixSource.of(floats(changed), 0, out, in));
        lane.linear(view(x, rows, in), weights, y);
        near(Oracle.linear(x, changed, rows, in, out), read(y), factors());
        lane.linearInput(view(dy, rows, out), weights, dx);
        near(Oracle.product(dy, false, changed, false, rows, in, out), read(dx), factors());
      }
    }
  }

  @Test
  void linearGradientsAgreeWithFiniteDifferences() {
    int rows = 3;
    int in = 7;
    int out = 5;
    double[] w = draw(out * in);
    double[] x = draw(rows * in);
    double[] dy = draw(rows * out);
    try (Weights weights = device.weights(out, in, floats(w), 0)) {
      Tensor dx = stale(rows, in);
      lane.linearInput(view(dy, rows, out), weights, dx);
      near(Oracle.gradient(v -> Oracle.linear(v, w, rows, in, out), x, dy), read(dx), factors());
      Tensor dw = stale(out, in);
      lane.linearWeight(view(dy, rows, out), view(x, rows, in), dw, false);
      near(Oracle.gradient(v -> Oracle.linear(x, v, rows, in, out), w, dy), read(dw), factors());
    }
  }

  @Test
  void weightsFromStackedSourcesForForwardOnly() {
    double[] w = draw(9 * 14);
    double[] x = draw(4 * 14);
    MatrixSource source =
        MatrixSource.stacked(
            List.of(MatrixSource.of(floats(w), 0, 2, 14), MatrixSource.of(floats(w), 28, 7, 14)));
    try (Weights weights = device.weights(source, WeightFormat.FULL, true)) {
      Tensor y = stale(4, 9);
      lane.linear(view(x, 4, 14), weights, y);
      near(Oracle.linear(x, w, 4, 14, 9), read(y), factors());
    }
  }

  @Test
  void refusesASingleRow() {
    try (Weights w = device.weights(4, 4, new float[16], 0)) {
      assertThrows(
          IllegalArgumentException.class, () -> lane.linear(lane.zeros(1, 4), w, lane.zeros(1, 4)));
      assertThrows(
          IllegalArgumentException.class,
          () -> lane.linearInput(lane.zeros(1, 4), w, lane.zeros(1, 4)));
    }
  }

  @Test
  void eightBitWeightsHaveAScaleForEachRow() {
    assumeTrue(kind.formats().contains(WeightFormat.INT8), kind + " does not hold 8-bit weights");
    for (int round = 0; round < 12; round++) {
      quantized(WeightFormat.INT8, 1 + odd(40), odd(200), odd(90), 1.1);
    }
  }

  @Test
  void fourBitWeightsAreNormalFloatsInBlocksOf64() {
    assumeTrue(kind.formats().contains(WeightFormat.NF4), kind + " does not hold 4-bit weights");
    quantized(WeightFormat.NF4, 3, 64, 17, 0.7);
    quantized(WeightFormat.NF4, 33, 128, 48, 0.6);
    quantized(WeightFormat.NF4, 5, 320, 100, 0.6);
  }

  private void quantized(WeightFormat format, int rows, int in, int out, double bytesEach) {
    double[] w = draw(out * in);
    for (int i = 0; i < w.length; i++) {
      w[i] = (float) (w[i] * (1 + i / in % 5) * 0.02);
    }
    MatrixSource source = MatrixSource.of(floats(w), 0, out, in);
    // What a device multiplies by is the rounded weights, to its precision.
    try (Weights weights = device.weights(source, format, false);
        Weights forward = device.weights(source, format, true)) {
      for (int pass = 0; pass < 2; pass++) {
        double[] held = format == WeightFormat.NF4 ? Oracle.nf4(w) : Oracle.rowBytes(w, in);
        double[] x = draw(rows * in);
        double[] dy = draw(rows * out);
        double[] expected = Oracle.linear(x, held, rows, in, out);
        Tensor y = stale(rows, out);
        lane.linear(view(x, rows, in), weights, y);
        near(expected, read(y), 1e-2, format + " y ");
        lane.linear(view(x, rows, in), forward, y);
        near(expected, read(y), 1e-2, format + " forward only y ");
        Tensor dx = stale(rows, in);
        lane.linearInput(view(dy, rows, out), weights, dx);
        near(
            Oracle.product(dy, false, held, false, rows, in, out), read(dx), 1e-2, format + " dx ");
        w = draw(out * in);
        weights.update(MatrixSource.of(floats(w), 0, out, in));
        forward.update(MatrixSource.of(floats(w), 0, out, in));
      }
      assertTrue(
          weights.bytes() <= bytesEach * out * in + 64.0 * out,
          () -> "%s takes %d bytes for %d".formatted(format, weights.bytes(), out * in));
    }
  }

  // Norms, rotation, activation.

  @Test
  void rmsNormForwardAndBackward() {
    for (int round = 0; round < 20; round++) {
      int rows = odd(9);
      int n = odd(70);
      double[] x = draw(rows * n);
      double[] w = draw(n);
      double[] dy = draw(rows * n);
      double[] dx = draw(rows * n);
      double[] dw = draw(n);
      Tensor tx = view(x, rows, n);
      Tensor tw = view(w, 1, n);
      Tensor y = stale(rows, n);
      Tensor inverse = stale(rows, 1);
      lane.rmsNorm(tx, tw, EPS, y, inverse);
      near(Oracle.rmsNorm(x, w, EPS), read(y), FINE);
      near(Oracle.inverse(x, n, EPS), read(inverse), FINE);

      Tensor tdx = view(dx, rows, n);
      Tensor tdw = view(dw, 1, n);
      Tensor tdy = view(dy, rows, n);
      lane.rmsNormBackward(tdy, tx, tw, inverse, tdx, tdw);
      double[] expectedDx = Oracle.rmsNormInput(dy, x, w, EPS);
      near(Oracle.plus(dx, expectedDx), read(tdx), FINE);
      near(Oracle.plus(dw, Oracle.rmsNormWeight(dy, x, n, EPS)), read(tdw), FINE);
      Tensor frozen = view(new double[rows * n], rows, n);
      lane.rmsNormBackward(tdy, tx, tw, inverse, frozen, null);
      // Of one or two columns the gradient is a difference of equals, and nothing is left of it.
      if (n > 2) {
        near(expectedDx, read(frozen), FINE);
        near(Oracle.gradient(v -> Oracle.rmsNorm(v, w, EPS), x, dy), read(frozen), 1e-4);
      }
    }
  }

  @Test
  void headNormForwardAndBackward() {
    for (int round = 0; round < 10; round++) {
      int rows = odd(7);
      int heads = odd(4);
      int d = 3 + odd(20);
      int cols = heads * d + 3;
      double[] x = draw(rows * cols);
      double[] w = draw(heads * d);
      double[] dy = draw(rows * cols);
      double[] dw = draw(heads * d);
      Tensor tx = view(x, rows, cols);
      Tensor tw = view(w, heads, d);
      Tensor inverse = stale(rows, heads);
      Tensor y = view(x, rows, cols);
      double[] expected = Oracle.headNorm(x, cols, w, d, EPS);
      lane.headNorm(tx, tw, EPS, y, inverse);
      near(expected, read(y), FINE);
      Tensor same = view(x, rows, cols);
      lane.headNorm(same, tw, EPS, same, inverse);
      near(expected, read(same), FINE);

      Tensor gradient = view(dy, rows, cols);
      Tensor tdw = view(dw, heads, d);
      lane.headNormBackward(gradient, tx, tw, inverse, tdw);
      double[] dx = Oracle.gradient(v -> Oracle.headNorm(v, cols, w, d, EPS), x, dy);
      near(dx, read(gradient), 1e-4);
      double[] weight = Oracle.gradient(v -> Oracle.headNorm(x, cols, v, d, EPS), w, dy);
      near(Oracle.plus(dw, weight), read(tdw), 1e-4);
      Tensor frozen = view(dy, rows, cols);
      lane.headNormBackward(frozen, tx, tw, inverse, null);
      near(dx, read(frozen), 1e-4);
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
      double[] x = draw(rows * cols);
      Tensor t = view(x, rows, cols);
      lane.rotary(t, heads, headDim, positions, table, false);
      near(
          Oracle.rotary(x, cols, heads, headDim, positions, 10000, interleaved, false),
          read(t),
          FINE);
      lane.rotary(t, heads, headDim, positions, table, true);
      near(x, read(t), FINE);
      // A rotation's gradient is the rotation back.
      double[] dy = draw(rows * cols);
      Tensor dx = view(dy, rows, cols);
      lane.rotary(dx, heads, headDim, positions, table, true);
      near(
          Oracle.gradient(
              v -> Oracle.rotary(v, cols, heads, headDim, positions, 10000, interleaved, false),
              x,
              dy),
          read(dx),
          1e-4);
    }
  }

  @Test
  void swigluForwardAndBackward() {
    for (int m : new int[] {37, 1, 64}) {
      int rows = 3;
      double[] x = draw(rows * 2 * m);
      x[0] = 100;
      x[x.length / 3] = -100;
      double[] dy = draw(rows * m);
      Tensor tx = view(x, rows, 2 * m);
      Tensor y = stale(rows, m);
      Tensor dx = stale(rows, 2 * m);
      lane.swiglu(tx, y);
      lane.swigluBackward(view(dy, rows, m), tx, dx);
      near(Oracle.swiglu(x, m), read(y), 1e-6);
      near(Oracle.swigluInput(dy, x, m), read(dx), 1e-6);
      near(Oracle.gradient(v -> Oracle.swiglu(v, m), x, dy), read(dx), 1e-5);
    }
  }

  // Attention.

  @Test
  void attentionForwardBackwardAndCached() {
    for (int round = 0; round < 12; round++) {
      int kvHeads = odd(3);
      int bound = odd(50);
      attention(
          new Heads(kvHeads * odd(3), kvHeads, 2 * odd(20)),
          new int[] {0, bound, bound + 1, bound + 1 + odd(70)},
          false);
    }
    attention(new Heads(4, 2, 6), new int[] {0, 5, 6, 7, 11}, true);
  }

  @Test
  void attentionSeesNoFurtherThanItsWindow() {
    assumeTrue(kind.windows(), kind + " does not know sliding windows");
    for (int round = 0; round < 8; round++) {
      int kvHeads = odd(3);
      int bound = odd(30);
      attention(
          new Heads(kvHeads * odd(3), kvHeads, 2 * odd(9), odd(40)),
          new int[] {0, bound, bound + 1, bound + 1 + odd(50)},
          false);
    }
    attention(new Heads(2, 1, 4, 3), new int[] {0, 7, 8, 13}, true);
    attention(new Heads(2, 2, 6, 1), new int[] {0, 4}, true);
  }

  private void attention(Heads heads, int[] bounds, boolean differences) {
    int rows = bounds[bounds.length - 1];
    int cols = heads.width();
    int width = heads.queryWidth();
    double[] x = draw(rows * cols);
    double[] dOut = draw(rows * width);
    Tensor qkv = view(x, rows, cols);
    Tensor out = stale(rows, width);
    Tensor stats = stale(rows, 2 * heads.heads());
    Tensor dqkv = stale(rows, cols);
    lane.attention(qkv, heads, bounds, out, stats);
    lane.attentionBackward(view(dOut, rows, width), qkv, out, stats, heads, bounds, dqkv);
    double[] expected = Oracle.attention(x, heads, bounds);
    near(expected, read(out), attentions(), heads + " out ");
    double[] gradient = Oracle.attentionInput(dOut, x, heads, bounds);
    near(gradient, read(dqkv), attentions(), heads + " dqkv ");
    if (differences) {
      double[] differenced = Oracle.gradient(v -> Oracle.attention(v, heads, bounds), x, dOut);
      near(differenced, read(dqkv), Math.max(1e-4, attentions()), heads + " differences ");
    }

    // The last segment again, through a cache: its last row must agree, other rows stay.
    int first = bounds[bounds.length - 2];
    int length = rows - first;
    KeyValues cache = lane.keyValues(heads, length + 2);
    lane.cache(qkv, first, length - 1, cache, 0);
    lane.cache(qkv, rows - 1, 1, cache, length - 1);
    double[] untouched = draw(rows * width);
    Tensor again = view(untouched, rows, width);
    lane.attentionCached(
        lane.rows(qkv, rows - 1, 1),
        List.of(cache),
        new int[] {length},
        lane.rows(again, rows - 1, 1));
    cache.close();
    float[] found = read(again);
    near(
        Arrays.copyOfRange(expected, (rows - 1) * width, rows * width),
        Arrays.copyOfRange(found, (rows - 1) * width, rows * width),
        attentions(),
        heads + " cached ");
    for (int i = 0; i < (rows - 1) * width; i++) {
      assertEquals((float) untouched[i], found[i]);
    }
  }

  // The vocabulary's end.

  @Test
  void crossEntropyAndItsGradient() {
    int rows = 7;
    int n = 83;
    double[] x = draw(rows * n);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (x[i] * 5);
    }
    int[] targets = {9, 9, 3, -1, 82, 0};
    int[] own = {9, 3, -1, 82, 0, -1, -1};
    double expected = Arrays.stream(Oracle.crossEntropy(x, n, own)).sum();
    Tensor t = view(x, rows, n);
    assertEquals(expected, lane.crossEntropy(t, targets, 1, t), 1e-5 * expected);
    near(Oracle.crossEntropyInput(x, n, own), read(t), FINE);
    double[] ones = new double[rows];
    Arrays.fill(ones, 1);
    near(Oracle.gradient(v -> Oracle.crossEntropy(v, n, own), x, ones), read(t), 1e-4);
    Tensor forward = view(x, rows, n);
    assertEquals(expected, lane.crossEntropy(forward, targets, 1, null), 1e-5 * expected);
    int[] none = {-1, -1, -1};
    Tensor nothing = view(draw(3 * 5), 3, 5);
    assertEquals(0, lane.crossEntropy(nothing, none, 0, nothing));
    assertArrayEquals(new float[15], read(nothing));
  }

  @Test
  void likeliestIsTheFirstOfTheLargest() {
    int n = 3000;
    double[] x = draw(4 * n);
    x[7] = 9;
    x[2500] = 9;
    x[n + n - 1] = 30;
    Tensor t = view(x, 4, n);
    int[] index = new int[4];
    float[] probability = new float[4];
    lane.likeliest(t, index, probability);
    double[] softmax = Oracle.softmax(x, n);
    assertEquals(7, index[0]);
    assertEquals(n - 1, index[1]);
    for (int r = 0; r < 4; r++) {
      double largest = 0;
      for (int i = 0; i < n; i++) {
        largest = Math.max(largest, softmax[r * n + i]);
      }
      assertEquals(largest, softmax[r * n + index[r]]);
      assertEquals(largest, probability[r], 1e-5);
    }
    // What was asked changes nothing.
    assertEquals((float) x[7], read(t)[7]);
  }

  @Test
  void softmaxOfEachRow() {
    double[] x = draw(4 * 39);
    x[3] = 90;
    x[45] = -200;
    Tensor t = view(x, 4, 39);
    lane.softmax(t);
    near(Oracle.softmax(x, 39), read(t), FINE);
  }

  @Test
  void embedsGathersAndScatters() {
    double[] table = draw(5 * 19);
    int[] ids = {9, 4, -1, 0, 4};
    Tensor embedded = stale(4, 19);
    lane.embed(MatrixSource.of(floats(table), 0, 5, 19), new int[] {4, -1, 0, 4}, embedded);
    Tensor t = view(table, 5, 19);
    Tensor rows = stale(4, 19);
    lane.gather(t, ids, 1, rows);
    float[] found = read(rows);
    for (int j = 0; j < 19; j++) {
      assertEquals((float) table[4 * 19 + j], found[j]);
      assertEquals(0f, found[19 + j]);
      assertEquals((float) table[j], found[2 * 19 + j]);
      assertEquals((float) table[4 * 19 + j], found[3 * 19 + j]);
    }
    assertArrayEquals(found, read(embedded));
    lane.scatterAdd(rows, ids, 1, t);
    float[] sums = read(t);
    for (int j = 0; j < 19; j++) {
      assertEquals(table[4 * 19 + j] * 3, sums[4 * 19 + j], 1e-5);
      assertEquals(table[j] * 2, sums[j], 1e-6);
      assertEquals((float) table[19 + j], sums[19 + j]);
    }
    // Beyond the ids there is nothing.
    lane.gather(t, ids, 4, rows);
    assertArrayEquals(new float[19], Arrays.copyOfRange(read(rows), 19, 38));
  }

  // Dropout.

  @Test
  void dropoutHangsOnKeyAndIndexAlone() {
    int rows = 50;
    int cols = 203;
    double[] x = new double[rows * cols];
    Arrays.fill(x, 2);
    for (long key : new long[] {77, 0x1234_5678_9ABC_DEF0L}) {
      Tensor y = stale(rows, cols);
      lane.dropout(view(x, rows, cols), 0.25, key, y);
      float[] first = read(y);
      int kept = 0;
      for (int i = 0; i < first.length; i++) {
        boolean keeps = Oracle.keeps(i, 0.25, key);
        assertEquals(keeps ? 2f * (float) (1 / 0.75) : 0f, first[i]);
        kept += keeps ? 1 : 0;
      }
      assertEquals(0.75, kept / (double) first.length, 0.02);
      double[] base = draw(20 * cols);
      Tensor sum = view(base, 20, cols);
      lane.dropoutAdd(view(x, 20, cols), 0.25, key, sum);
      float[] added = read(sum);
      for (int i = 0; i < added.length; i++) {
        assertEquals((float) base[i] + first[i], added[i]);
      }
    }
  }

  // Narrow tensors: the numbers below are exact in bf16, so that only results are rounded.

  @Test
  void narrowTensorsRoundToThePrecisionAndTakePartEverywhere() {
    double rounding = device.precision() == Precision.BF16 ? 1.0 / 256 : 0;
    double[] any = draw(6 * 21);
    float[] back = read(narrow(any, 6, 21));
    for (int i = 0; i < back.length; i++) {
      assertEquals(any[i], back[i], Math.abs(any[i]) * rounding);
    }
    double[] exact = drawHalf(6 * 21);
    Tensor t = narrow(exact, 6, 21);
    assertArrayEquals(floats(exact), read(t));
    Tensor part = lane.columns(lane.rows(t, 1, 3), 4, 9);
    assertArrayEquals(
        floats(Oracle.columns(Arrays.copyOfRange(exact, 21, 4 * 21), 21, 4, 9)), read(part));
    Tensor wide = stale(6, 21);
    lane.copy(t, wide);
    assertArrayEquals(floats(exact), read(wide));
    Tensor again = narrow(draw(6 * 21), 6, 21);
    lane.copy(wide, again);
    assertArrayEquals(floats(exact), read(again));
    lane.free(again);
  }

  @Test
  void narrowFactorsOfProducts() {
    int rows = 18;
    int in = 45;
    int out = 26;
    double[] w = drawHalf(out * in);
    double[] x = drawHalf(rows * in);
    double[] dy = drawHalf(rows * out);
    Tensor tx = narrow(x, rows, in);
    Tensor tdy = narrow(dy, rows, out);
    try (Weights weights = device.weights(out, in, floats(w), 0)) {
      double[] expectedY = Oracle.linear(x, w, rows, in, out);
      for (Tensor y : new Tensor[] {stale(rows, out), lane.narrow(rows, out)}) {
        lane.linear(tx, weights, y);
        near(expectedY, read(y), factors());
      }
      double[] expectedDx = Oracle.product(dy, false, w, false, rows, in, out);
      for (Tensor dx : new Tensor[] {stale(rows, in), lane.narrow(rows, in)}) {
        lane.linearInput(tdy, weights, dx);
        near(expectedDx, read(dx), factors());
      }
      Tensor dw = stale(out, in);
      lane.linearWeight(tdy, tx, dw, false);
      near(Oracle.product(dy, true, x, false, out, in, rows), read(dw), factors());
    }
    double[] a = draw(16 * in);
    Tensor low = stale(rows, 16);
    lane.gemm(1f, tx, false, view(a, 16, in), true, low, false);
    near(Oracle.product(x, false, a, true, rows, 16, in), read(low), factors());
    Tensor da = stale(16, in);
    double[] dLow = draw(rows * 16);
    lane.gemm(1f, view(dLow, rows, 16), true, tx, false, da, false);
    near(Oracle.product(dLow, true, x, false, 16, in, rows), read(da), factors());
  }

  @Test
  void kernelsReadAndWriteNarrowTensors() {
    int rows = 6;
    int n = 34;
    double[] x = drawHalf(rows * n);
    double[] w = draw(n);
    Tensor tx = narrow(x, rows, n);
    Tensor ty = narrow(draw(rows * n), rows, n);
    Tensor inverse = stale(rows, 1);
    lane.rmsNorm(view(x, rows, n), view(w, 1, n), EPS, ty, inverse);
    near(Oracle.rmsNorm(x, w, EPS), read(ty), factors());

    double[] dy = drawHalf(rows * n);
    Tensor dx = view(new double[rows * n], rows, n);
    lane.rmsNormBackward(narrow(dy, rows, n), tx, view(w, 1, n), inverse, dx, null);
    near(Oracle.rmsNormInput(dy, x, w, EPS), read(dx), factors());

    Tensor half = narrow(draw(rows * n / 2), rows, n / 2);
    lane.swiglu(tx, half);
    near(Oracle.swiglu(x, n / 2), read(half), factors());
    double[] dHalf = drawHalf(rows * n / 2);
    lane.swigluBackward(narrow(dHalf, rows, n / 2), tx, ty);
    near(Oracle.swigluInput(dHalf, x, n / 2), read(ty), factors());

    double[] sum = draw(rows * n);
    Tensor wide = view(sum, rows, n);
    lane.add(tx, wide);
    near(Oracle.plus(sum, x), read(wide), factors());
    lane.dropout(tx, 0.5, 5, ty);
    float[] dropped = read(ty);
    for (int i = 0; i < dropped.length; i++) {
      assertEquals(Oracle.keeps(i, 0.5, 5) ? 2 * x[i] : 0, dropped[i], Math.abs(x[i]) / 64);
    }

    Heads heads = new Heads(3, 1, 6);
    int[] bounds = {0, 4, 6};
    double[] q = drawHalf(rows * heads.width());
    double[] dOut = drawHalf(rows * heads.queryWidth());
    Tensor qkv = narrow(q, rows, heads.width());
    Tensor out = narrow(draw(rows * heads.queryWidth()), rows, heads.queryWidth());
    Tensor stats = stale(rows, 2 * heads.heads());
    Tensor dqkv = narrow(draw(rows * heads.width()), rows, heads.width());
    lane.attention(qkv, heads, bounds, out, stats);
    near(Oracle.attention(q, heads, bounds), read(out), attentions());
    Tensor tdOut = narrow(dOut, rows, heads.queryWidth());
    lane.attentionBackward(tdOut, qkv, out, stats, heads, bounds, dqkv);
    near(Oracle.attentionInput(dOut, q, heads, bounds), read(dqkv), attentions());
    int[] positions = {0, 1, 2, 3, 0, 1};
    RotaryTable table = new RotaryTable(9, 6, 10000, false);
    lane.rotary(qkv, 4, 6, positions, table, false);
    near(
        Oracle.rotary(q, heads.width(), 4, 6, positions, 10000, false, false),
        read(qkv),
        factors());
  }
}
