package com.auterity.neuroweaver.jobs.refinement;

/**
 * The sigmoid 1 / (1 + exp(slope margin + offset)) that fits margins best (Platt 1999), by Newton's
 * method with backtracking as Lin, Lin and Weng (2007) give it.
 */
final class PlattScaling {
  private static final int MOST_STEPS = 100;
  private static final double RIDGE = 1e-12;

  private final double[] margins;
  private final double[] targets;
  double slope;
  double offset;

  PlattScaling(double[] margins, boolean[] good) {
    this.margins = margins;
    this.targets = new double[margins.length];
    double goods = 0;
    for (boolean each : good) {
      goods += each ? 1 : 0;
    }
    double bads = good.length - goods;
    for (int i = 0; i < targets.length; i++) {
      targets[i] = good[i] ? (goods + 1) / (goods + 2) : 1 / (bads + 2);
    }
    offset = StrictMath.log((bads + 1) / (goods + 1));
    double loss = loss(slope, offset);
    for (int step = 0; step < MOST_STEPS && !Double.isNaN(loss); step++) {
      loss = newton(loss);
    }
  }

  /** One step; NaN when there is nothing to gain any more. */
  private double newton(double loss) {
    double h11 = RIDGE;
    double h22 = RIDGE;
    double h21 = 0;
    double g1 = 0;
    double g2 = 0;
    for (int i = 0; i < margins.length; i++) {
      double p = 1 / (1 + StrictMath.exp(slope * margins[i] + offset));
      double d2 = p * (1 - p);
      h11 += margins[i] * margins[i] * d2;
      h22 += d2;
      h21 += margins[i] * d2;
      double d1 = targets[i] - p;
      g1 += margins[i] * d1;
      g2 += d1;
    }
    if (Math.abs(g1) < 1e-5 && Math.abs(g2) < 1e-5) {
      return Double.NaN;
    }
    double determinant = h11 * h22 - h21 * h21;
    double d1 = -(h22 * g1 - h21 * g2) / determinant;
    double d2 = -(-h21 * g1 + h11 * g2) / determinant;
    double descent = g1 * d1 + g2 * d2;
    for (double length = 1; length >= 1e-10; length /= 2) {
      double next = loss(slope + length * d1, offset + length * d2);
      if (next < loss + 1e-4 * length * descent) {
        slope += length * d1;
        offset += length * d2;
        return next;
      }
    }
    return Double.NaN;
  }

  private double loss(double a, double b) {
    double sum = 0;
    for (int i = 0; i < margins.length; i++) {
      double f = a * margins[i] + b;
      sum +=
          f >= 0
              ? targets[i] * f + StrictMath.log1p(StrictMath.exp(-f))
              : (targets[i] - 1) * f + StrictMath.log1p(StrictMath.exp(f));
    }
    return sum;
  }
}
