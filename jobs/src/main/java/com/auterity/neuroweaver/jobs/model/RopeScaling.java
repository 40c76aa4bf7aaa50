package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;

/**
 * How the frequencies of rotary embedding are stretched for contexts longer than those first
 * trained on.
 */
public record RopeScaling(
    Kind kind,
    double factor,
    double lowFrequencyFactor,
    double highFrequencyFactor,
    int originalPositions) {
  /** The ways this engine knows. */
  public enum Kind {
    NONE,
    /** Every frequency divided by the factor. */
    LINEAR,
    /**
     * Llama 3.1: waves longer than originalPositions / lowFrequencyFactor are stretched, those
     * shorter than originalPositions / highFrequencyFactor are not, those between in part.
     */
    LLAMA3
  }

  public static final RopeScaling NONE = new RopeScaling(Kind.NONE, 1, 1, 1, 0);

  public RopeScaling {
    if (!(factor > 0) || Double.isInfinite(factor)) {
      throw NeuroWeaverException.invalid("factor of rope scaling must be positive: " + factor);
    }
    if (kind == Kind.LLAMA3
        && !(lowFrequencyFactor > 0
            && highFrequencyFactor > lowFrequencyFactor
            && originalPositions > 0)) {
      throw NeuroWeaverException.invalid(
          ("llama3 rope scaling needs 0 < low_freq_factor < high_freq_factor and a positive"
                  + " original_max_position_embeddings, found %s, %s and %d")
              .formatted(lowFrequencyFactor, highFrequencyFactor, originalPositions));
    }
  }

  public static RopeScaling linear(double factor) {
    return new RopeScaling(Kind.LINEAR, factor, 1, 1, 0);
  }

  public static RopeScaling llama3(double factor, double low, double high, int originalPositions) {
    return new RopeScaling(Kind.LLAMA3, factor, low, high, originalPositions);
  }

  /** Radians for each position, for each of {@code rotaryDim / 2} pairs. */
  public double[] frequencies(double theta, int rotaryDim) {
    double[] frequencies = new double[rotaryDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      double frequency = StrictMath.pow(theta, -2.0 * i / rotaryDim);
      frequencies[i] =
          switch (kind) {
            case NONE -> frequency;
            case LINEAR -> frequency / factor;
            case LLAMA3 -> {
              // How often the wave turns within the original context, between the two bounds.
              double turns = originalPositions * frequency / (2 * Math.PI);
              double kept =
                  (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
              kept = Math.max(0, Math.min(1, kept));
              yield (1 - kept) * frequency / factor + kept * frequency;
            }
          };
    }
    return frequencies;
  }
}
