package com.auterity.neuroweaver.jobs.tensor;

/**
 * Cosines and sines of rotary position embedding (Su et al. 2021), (positions x half) each, where
 * the first 2 half numbers of a head are rotated and the rest pass. {@code interleaved} rotates
 * adjacent pairs (llama2.c), else the halves of the rotated part (model hubs).
 */
public final class RotaryTable {
  private final int half;
  private final boolean interleaved;
  private final float[] cos;
  private final float[] sin;

  public RotaryTable(int positions, int headDim, double theta, boolean interleaved) {
    this(positions, frequencies(headDim, theta), interleaved);
  }

  /** From radians for each position, one for each rotated pair. */
  public RotaryTable(int positions, double[] frequencies, boolean interleaved) {
    this.half = frequencies.length;
    this.interleaved = interleaved;
    this.cos = new float[Math.multiplyExact(positions, half)];
    this.sin = new float[cos.length];
    for (int i = 0; i < half; i++) {
      for (int p = 0; p < positions; p++) {
        cos[p * half + i] = (float) StrictMath.cos(p * frequencies[i]);
        sin[p * half + i] = (float) StrictMath.sin(p * frequencies[i]);
      }
    }
  }

  private static double[] frequencies(int headDim, double theta) {
    double[] frequencies = new double[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = StrictMath.pow(theta, -2.0 * i / headDim);
    }
    return frequencies;
  }

  /** How many positions it has. */
  public int positions() {
    return cos.length / half;
  }

  boolean interleaved() {
    return interleaved;
  }

  int half() {
    return half;
  }

  float[] cos() {
    return cos;
  }

  float[] sin() {
    return sin;
  }
}
