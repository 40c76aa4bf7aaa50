package com.auterity.neuroweaver.jobs.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a device's results may not depend on (what ran before, lane, thread, warm-up), and what must
 * be given back.
 */
abstract class LaneHistoryContract {
  private static final double EPS = 1e-5;

  final TestDevice kind;
  Device device;

  LaneHistoryContract(TestDevice kind) {
    this.kind = kind;
  }

  @BeforeEach
  void openDevice() {
    device = kind.get();
  }

  static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static final int ROWS = 5;
  private static final int COLS = 72;

  private interface Kernel {
    void run(Lane on, Tensor x, Tensor y);
  }

  /** A kernel from a fixed x (5 x 72) to a y (5 x cols) of zeros. */
  private record Work(int cols, Kernel kernel) {
    float[] run(Lane on) {
      Tensor x = on.tensor(ROWS, COLS);
      Tensor y = on.zeros(ROWS, cols);
      on.write(x, floats(new Random(3).doubles(ROWS * COLS, -3, 3).toArray()), 0);
      kernel.run(on, x, y);
      float[] found = new float[ROWS * cols];
      on.read(y, found, 0);
      on.free(x);
      on.free(y);
      return found;
    }
  }

  private static List<Work> works(Weights weights) {
    Heads heads = new Heads(2, 1, 18);
    int[] bounds = {0, 3, 5};
    int[] targets = {3, 4, -1, 71, 0};
    return List.of(
        new Work(COLS, (on, x, y) -> on.linear(x, weights, y)),
        new Work(COLS, (on, x, y) -> on.linearInput(x, weights, y)),
        new Work(ROWS, (on, x, y) -> on.gemm(0.3f, x, false, x, true, y, true)),
        new Work(
            COLS,
            (on, x, y) -> {
              Tensor square = on.tensor(COLS, COLS);
              on.gemm(1f, x, true, x, false, square, false);
              on.copy(on.rows(square, 5, ROWS), y);
              on.free(square);
            }),
        new Work(
            COLS,
            (on, x, y) -> {
              on.copy(x, y);
              on.softmax(y);
            }),
        new Work(COLS / 2, Lane::swiglu),
        new Work(
            COLS,
            (on, x, y) -> {
              Tensor inverse = on.tensor(ROWS, 1);
              Tensor weight = on.rows(x, 0, 1);
              on.rmsNorm(x, weight, EPS, y, inverse);
              Tensor dx = on.zeros(ROWS, COLS);
              on.rmsNormBackward(y, x, weight, inverse, dx, null);
              on.copy(dx, y);
              on.free(inverse);
              on.free(dx);
            }),
        new Work(
            COLS,
            (on, x, y) -> {
              Tensor out = on.tensor(ROWS, 36);
              Tensor stats = on.tensor(ROWS, 4);
              on.attention(x, heads, bounds, out, stats);
              on.attentionBackward(out, x, out, stats, heads, bounds, y);
              on.free(out);
              on.free(stats);
            }),
        new Work(COLS, (on, x, y) -> on.dropout(x, 0.3, 99, y)),
        new Work(
            COLS,
            (on, x, y) -> {
              on.copy(x, y);
              on.crossEntropy(y, targets, 0, y);
            }));
  }

  @Test
  void resultsDependOnNothingThatRanBeforeNorOnTheLaneOrThread() throws Exception {
    double[] square = new Random(2).doubles(72 * 72, -1, 1).toArray();
    try (Weights weights = device.weights(72, 72, floats(square), 0)) {
      List<Work> works = works(weights);
      List<float[]> first = new ArrayList<>();
      for (Work work : works) {
        try (Lane fresh = device.lane()) {
          first.add(work.run(fresh));
        }
      }
      Callable<Void> backwards =
          () -> {
            try (Lane other = device.lane()) {
              for (int round = 0; round < 5; round++) {
                for (int i = works.size() - 1; i >= 0; i--) {
                  assertArrayEquals(first.get(i), works.get(i).run(other), "kernel " + i);
                }
              }
            }
            return null;
          };
      backwards.call();
      ExecutorService threads = Executors.newFixedThreadPool(3);
      try {
        for (Future<Void> done : threads.invokeAll(List.of(backwards, backwards, backwards))) {
          done.get();
        }
      } finally {
        threads.shutdown();
      }
    }
  }

  @Test
  void theFirstCallEqualsTheTenThousandth() {
    // Where nothing is compiled meanwhile, a few calls tell the same.
    int calls = kind.compilesWhileRunning() ? 10_000 : 50;
    double[] square = new Random(2).doubles(72 * 72, -1, 1).toArray();
    try (Weights weights = device.weights(72, 72, floats(square), 0)) {
      List<Work> works = works(weights);
      for (int i = 0; i < works.size(); i++) {
        float[] first;
        try (Lane fresh = device.lane()) {
          first = works.get(i).run(fresh);
        }
        for (int call = 1; call < calls; call += 100) {
          try (Lane on = device.lane()) {
            for (int n = 0; n < 99; n++) {
              works.get(i).run(on);
            }
            assertArrayEquals(first, works.get(i).run(on), "kernel " + i + ", call " + call);
          }
        }
      }
    }
  }

  @Test
  void closingALaneOrWeightsGivesMemoryBack() throws IOException {
    int n = 1 << 9;
    float[] values = new float[n * n];
    long before = 0;
    for (int round = 0; round < 70; round++) {
      if (round == 10) {
        before = residentBytesBesideHeap();
      }
      try (Lane on = device.lane();
          Weights weights = device.weights(n, n, values, 0)) {
        for (int i = 0; i < 8; i++) {
          on.write(i % 2 == 0 ? on.tensor(n, n) : on.narrow(n, n), values, 0);
        }
        on.linear(on.zeros(2, n), weights, on.tensor(2, n));
      }
    }
    // 60 rounds took 9 MiB each.
    long grown = residentBytesBesideHeap() - before;
    assertTrue(grown < 250L << 20, () -> "grew by " + (grown >> 20) + " MiB");
  }

  /**
   * Without the Java heap, which grows when the collector likes, whoever runs: with compressed
   * references it lies below 32 GiB, and native memory far above.
   */
  private static long residentBytesBesideHeap() throws IOException {
    Path smaps = Path.of("/proc/self/smaps");
    assumeTrue(Files.exists(smaps), "this system does not tell a process's memory");
    long resident = 0;
    boolean counts = false;
    for (String line : Files.readAllLines(smaps)) {
      if (line.startsWith("Rss:")) {
        resident += counts ? Long.parseLong(line.replaceAll("[^0-9]", "")) << 10 : 0;
      } else if (line.matches("[0-9a-f]+-.*")) {
        counts = Long.parseUnsignedLong(line.substring(0, line.indexOf('-')), 16) > 1L << 40;
      }
    }
    return resident;
  }

  @Test
  void theProfileNamesWhatBytesDependOn() {
    String profile = device.profile();
    assertFalse(profile.isBlank());
    assertEquals(profile, device.profile());
    String precision = device.precision().name().toLowerCase(java.util.Locale.ROOT);
    assertTrue(profile.endsWith(precision), profile);
  }
}
