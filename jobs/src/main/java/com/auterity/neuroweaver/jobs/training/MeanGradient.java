package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;

/**
 * The gradient of the mean loss of a step, scaled down to a greatest norm.
 *
 * @param norm the Euclidean norm before scaling
 */
record MeanGradient(float[] values, double norm) {
  /** Divides the fixed-point sum by the step's target tokens, once and in double precision. */
  static MeanGradient of(long[] sum, long targetTokens, double maxNorm) {
    if (targetTokens < 1) {
      throw new NeuroWeaverException(
          ErrorKind.INTERNAL, "a step without a target token has no mean gradient");
    }
    double factor = 1 / FixedPoint.SCALE / targetTokens;
    double squares = 0;
    for (long value : sum) {
      double mean = value * factor;
      squares += mean * mean;
    }
    double norm = Math.sqrt(squares);
    double scaled = norm > maxNorm ? factor * (maxNorm / norm) : factor;
    float[] values = new float[sum.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (sum[i] * scaled);
    }
    return new MeanGradient(values, norm);
  }
}
