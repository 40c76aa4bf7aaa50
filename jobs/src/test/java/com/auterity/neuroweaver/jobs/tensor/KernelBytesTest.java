package com.auterity.neuroweaver.jobs.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Each kernel's first call, interpreted, gives the bytes of its later, compiled ones. */
final class KernelBytesTest {
  private static final int ROWS = 3;
  private static final int COLS = 72;
  private static final int CALLS = 20_000;

  private interface Kernel {
    void run(Lane lane, Tensor x, Tensor y);
  }

  private static void firstEqualsLater(int outCols, Kernel kernel) {
    Random random = new Random(1);
    float[] values = new float[ROWS * COLS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (3 * random.nextGaussian());
    }
    float[] first = new float[ROWS * outCols];
    float[] later = new float[ROWS * outCols];
    try (Lane lane = Devices.best().lane()) {
      Tensor x = lane.tensor(ROWS, COLS);
      Tensor y = lane.tensor(ROWS, outCols);
      for (int call = 0; call < CALLS; call++) {
        lane.write(x, values, 0);
        lane.write(y, new float[ROWS * outCols], 0);
        kernel.run(lane, x, y);
        lane.read(y, call == 0 ? first : later, 0);
        if (call > 0 && call % 100 == 0) {
          assertArrayEquals(first, later, "call " + call);
        }
      }
    }
  }

  @Test
  void softmax() {
    firstEqualsLater(
        COLS,
        (lane, x, y) -> {
          lane.copy(x, y);
          lane.softmax(y);
        });
  }

  @Test
  void swiglu() {
    firstEqualsLater(COLS / 2, Lane::swiglu);
  }

  @Test
  void rmsNorm() {
    firstEqualsLater(
        COLS,
        (lane, x, y) -> {
          Tensor inverse = lane.tensor(ROWS, 1);
          lane.rmsNorm(x, lane.rows(x, 0, 1), 1e-5, y, inverse);
          lane.free(inverse);
        });
  }

  @Test
  void attention() {
    Heads heads = new Heads(2, 1, 18);
    int[] bounds = {0, 3};
    firstEqualsLater(
        COLS,
        (lane, x, y) -> {
          Tensor out = lane.tensor(ROWS, 36);
          Tensor stats = lane.tensor(ROWS, 4);
          lane.attention(x, heads, bounds, out, stats);
          lane.attentionBackward(out, x, out, stats, heads, bounds, y);
          lane.free(out);
          lane.free(stats);
        });
  }

  @Test
  void thinGemm() {
    firstEqualsLater(ROWS, (lane, x, y) -> lane.gemm(0.3f, x, false, x, true, y, true));
    firstEqualsLater(
        COLS,
        (lane, x, y) -> {
          Tensor square = lane.tensor(COLS, COLS);
          lane.gemm(1f, x, true, x, false, square, false);
          lane.copy(lane.rows(square, 5, ROWS), y);
          lane.free(square);
        });
  }

  @Test
  void linear() {
    float[] values = new float[COLS * COLS];
    Random random = new Random(2);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    try (Weights w = Devices.best().weights(COLS, COLS, values, 0)) {
      firstEqualsLater(COLS, (lane, x, y) -> lane.linear(x, w, y));
      firstEqualsLater(COLS, (lane, x, y) -> lane.linearInput(x, w, y));
    }
  }

  @Test
  void dropout() {
    firstEqualsLater(COLS, (lane, x, y) -> lane.dropout(x, 0.3, 99, y));
  }
}
