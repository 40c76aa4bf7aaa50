package com.auterity.neuroweaver.jobs.training;

/**
 * The learning rate of each step: a linear warm-up over the first steps, then a shape down to zero.
 *
 * @param steps all steps of the training
 * @param warmup how many of them warm up
 */
record LearningRate(double peak, LrScheduler shape, long steps, long warmup) {
  static LearningRate of(double peak, LrScheduler shape, long steps, double warmupRatio) {
    return new LearningRate(peak, shape, steps, (long) Math.ceil(steps * warmupRatio));
  }

  /**
   * @param step from 0
   */
  double at(long step) {
    if (step < warmup) {
      return peak * (step + 1) / warmup;
    }
    double done = (double) (step - warmup) / Math.max(1, steps - warmup);
    return switch (shape) {
      // StrictMath: the same bits whether interpreted or compiled.
      case COSINE -> peak * 0.5 * (1 + StrictMath.cos(Math.PI * done));
      case LINEAR -> peak * (1 - done);
      case CONSTANT -> peak;
    };
  }
}
