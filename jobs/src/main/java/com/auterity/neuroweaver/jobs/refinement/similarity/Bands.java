package com.auterity.neuroweaver.jobs.refinement.similarity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

/** How a signature is cut: {@code bands} bands of {@code rows} permutations each. */
public record Bands(int bands, int rows) {
  private static final int STEPS = 200;

  /** Every call to a partition reads the recipe again. */
  private static final Cache<Wanted, Bands> CHOSEN = Caffeine.newBuilder().maximumSize(100).build();

  private record Wanted(double threshold, int permutations, double falseNegativeWeight) {}

  /**
   * The cut of at most so many permutations with the lowest weighted sum of two areas: of the
   * probability to become a candidate below the threshold (false positive) and of not becoming one
   * above it (false negative), as datasketch chooses it.
   *
   * @param falseNegativeWeight between 0 and 1; the rest is the false positives' weight
   */
  public static Bands of(double threshold, int permutations, double falseNegativeWeight) {
    return CHOSEN.get(
        new Wanted(threshold, permutations, falseNegativeWeight),
        wanted -> cheapest(threshold, permutations, falseNegativeWeight));
  }

  private static Bands cheapest(double threshold, int permutations, double falseNegativeWeight) {
    double[][] cost = new double[permutations + 1][];
    for (int rows = 1; rows <= permutations; rows++) {
      cost[rows] = new double[permutations / rows + 1];
    }
    for (int step = 0; step < STEPS; step++) {
      double s = (step + 0.5) / STEPS;
      boolean similar = s >= threshold;
      double power = 1;
      for (int rows = 1; rows <= permutations; rows++) {
        power *= s;
        double missed = 1;
        for (int bands = 1; bands < cost[rows].length; bands++) {
          missed *= 1 - power;
          cost[rows][bands] +=
              similar ? falseNegativeWeight * missed : (1 - falseNegativeWeight) * (1 - missed);
        }
      }
    }
    Bands best = null;
    double least = Double.MAX_VALUE;
    for (int rows = 1; rows <= permutations; rows++) {
      for (int bands = 1; bands < cost[rows].length; bands++) {
        if (cost[rows][bands] < least) {
          least = cost[rows][bands];
          best = new Bands(bands, rows);
        }
      }
    }
    return best;
  }
}
