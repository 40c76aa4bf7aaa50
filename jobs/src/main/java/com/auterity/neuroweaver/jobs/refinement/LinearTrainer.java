package com.auterity.neuroweaver.jobs.refinement;

/** Fits a linear classifier. */
@FunctionalInterface
public interface LinearTrainer {
  /**
   * Weights w, one for each feature, then the intercept b, so that w x + b tends to be above 0 for
   * good rows; features that are 0 everywhere have the weight 0. Repeats for equal arguments.
   */
  double[] fit(double[][] features, boolean[] good);
}
