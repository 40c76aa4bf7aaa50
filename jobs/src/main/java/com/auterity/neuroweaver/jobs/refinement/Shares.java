package com.auterity.neuroweaver.jobs.refinement;

/** Whole numbers of rows in proportion to weights, none above what there is. */
final class Shares {
  private Shares() {}

  /**
   * Divides {@code size} by largest remainders (Hamilton's method; of equal ones the first). What a
   * stratum cannot give, the others do in proportion; so less is divided only when all is given.
   */
  static int[] of(long size, double[] weights, int[] most) {
    int[] shares = new int[weights.length];
    boolean[] full = new boolean[weights.length];
    long left = size;
    boolean more = true;
    double sum = 0;
    while (more) {
      more = false;
      sum = 0;
      for (int i = 0; i < weights.length; i++) {
        sum += full[i] ? 0 : weights[i];
      }
      long given = 0;
      for (int i = 0; i < weights.length; i++) {
        if (!full[i] && weights[i] > 0 && left * weights[i] / sum >= most[i]) {
          full[i] = true;
          shares[i] = most[i];
          given += most[i];
          more = true;
        }
      }
      left -= given;
    }
    long floors = 0;
    int open = 0;
    int[] byRemainder = new int[weights.length];
    double[] remainders = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      if (full[i] || weights[i] <= 0) {
        continue;
      }
      double ideal = left * weights[i] / sum;
      shares[i] = (int) ideal;
      remainders[i] = ideal - shares[i];
      floors += shares[i];
      byRemainder[open++] = i;
    }
    Ranked.sort(
        byRemainder, 0, open, (one, two) -> Double.compare(remainders[two], remainders[one]));
    for (int i = 0; i < open && floors < left; i++, floors++) {
      shares[byRemainder[i]]++;
    }
    return shares;
  }
}
