package com.auterity.neuroweaver.datasets.automotive;

import java.util.ArrayList;
import java.util.List;

/** Shares of rows, each 0 to 1, that carry one planted fault; a row never carries two. */
public record Dirt(
    double exactDuplicates,
    double nearDuplicates,
    double personalData,
    double wrongVins,
    double emptyRows,
    double contradictions,
    double outOfRange) {
  public Dirt {
    double sum = 0;
    for (double share :
        new double[] {
          exactDuplicates,
          nearDuplicates,
          personalData,
          wrongVins,
          emptyRows,
          contradictions,
          outOfRange
        }) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("a share of dirt must be 0..1, found " + share);
      }
      sum += share;
    }
    if (sum > 0.9) {
      throw new IllegalArgumentException("shares of dirt sum to " + sum + ", at most 0.9");
    }
  }

  /** What the training split carries. */
  public static Dirt usual() {
    return new Dirt(0.02, 0.02, 0.05, 0.02, 0.01, 0.02, 0.02);
  }

  public static Dirt none() {
    return new Dirt(0, 0, 0, 0, 0, 0, 0);
  }

  /** The kind of fault for a draw in [0, 1), or CLEAN. */
  Fault fault(double draw) {
    List<Double> shares = new ArrayList<>();
    shares.add(exactDuplicates);
    shares.add(nearDuplicates);
    shares.add(personalData);
    shares.add(wrongVins);
    shares.add(emptyRows);
    shares.add(contradictions);
    shares.add(outOfRange);
    double sum = 0;
    for (int i = 0; i < shares.size(); i++) {
      sum += shares.get(i);
      if (draw < sum) {
        return Fault.values()[i];
      }
    }
    return Fault.CLEAN;
  }

  /** Planted faults, in the order of {@link Dirt}'s components. */
  enum Fault {
    EXACT_DUPLICATE,
    NEAR_DUPLICATE,
    PERSONAL_DATA,
    WRONG_VIN,
    EMPTY_ROW,
    CONTRADICTION,
    OUT_OF_RANGE,
    CLEAN
  }
}
