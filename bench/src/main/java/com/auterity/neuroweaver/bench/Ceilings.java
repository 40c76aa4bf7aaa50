package com.auterity.neuroweaver.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * What this machine can do at most: GEMMs at the shapes of Qwen2.5-0.5B with 512 rows, and reading
 * memory. All cores work, each thread on its own, with right factors packed once and shared.
 */
final class Ceilings {
  private static final int ROWS = 512;
  private static final double GEMM_SECONDS = 0.4;
  private static final double READ_SECONDS = 0.7;

  /** Beyond any cache: 256 MB for each thread. */
  private static final int LONGS = 32 << 20;

  private static final int BLOCK = 1 << 17;
  private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
  private static final LongAdder SINK = new LongAdder();

  /** Gate and up, down, query with key and value: outputs and inputs. */
  private static final int[][] SHAPES = {{9728, 896}, {896, 4864}, {1152, 896}};

  private Ceilings() {}

  /**
   * Operations a second, a multiplication and an addition being two.
   *
   * @param total over all shapes, each once
   * @param byShape for example {@code 9728x896}
   */
  record GemmRate(double total, Map<String, Double> byShape) {}

  static GemmRate gemm(GemmKind kind) throws InterruptedException {
    Map<String, Double> byShape = new LinkedHashMap<>();
    double operations = 0;
    double seconds = 0;
    for (int[] shape : SHAPES) {
      double rate = gemm(kind, shape[0], shape[1]);
      byShape.put(shape[0] + "x" + shape[1], rate);
      double work = 2.0 * ROWS * shape[0] * shape[1];
      operations += work;
      seconds += work / rate;
    }
    return new GemmRate(operations / seconds, byShape);
  }

  private static double gemm(GemmKind kind, int n, int k) throws InterruptedException {
    List<Gemm> gemms = new ArrayList<>();
    try {
      List<Together.Work> works = new ArrayList<>();
      for (int t = 0; t < Runtime.getRuntime().availableProcessors(); t++) {
        Gemm gemm = new Gemm(kind, ROWS, n, k, t == 0 ? null : gemms.get(0));
        gemms.add(gemm);
        works.add(
            () -> {
              gemm.run();
              return gemm.operations();
            });
      }
      return Together.rate(works, GEMM_SECONDS);
    } finally {
      for (int i = gemms.size() - 1; i >= 0; i--) {
        gemms.get(i).close();
      }
    }
  }

  /** Bytes a second that all cores together read from memory. */
  static double read() throws InterruptedException {
    List<Together.Work> works = new ArrayList<>();
    for (int t = 0; t < Runtime.getRuntime().availableProcessors(); t++) {
      long[] values = new long[LONGS];
      works.add(
          () -> {
            long sum = 0;
            for (int from = 0; from < LONGS; from += BLOCK) {
              sum += sum(values, from);
            }
            SINK.add(sum);
            return 8.0 * LONGS;
          });
    }
    return Together.rate(works, READ_SECONDS);
  }

  private static long sum(long[] values, int from) {
    int width = SPECIES.length();
    LongVector a = LongVector.zero(SPECIES);
    LongVector b = a;
    LongVector c = a;
    LongVector d = a;
    for (int i = from; i < from + BLOCK; i += 4 * width) {
      a = a.add(LongVector.fromArray(SPECIES, values, i));
      b = b.add(LongVector.fromArray(SPECIES, values, i + width));
      c = c.add(LongVector.fromArray(SPECIES, values, i + 2 * width));
      d = d.add(LongVector.fromArray(SPECIES, values, i + 3 * width));
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }
}
