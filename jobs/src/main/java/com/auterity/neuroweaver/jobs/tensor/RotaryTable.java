package com.auterity.neuroweaver.jobs.tensor;

/**
 * Cosines and sines of rotary position embedding (Su et al. 2021), (positions x headDim / 2) each.
 * {@code interleaved} rotates adjacent pairs (llama2.c), else the halves of a head (model hubs).
 */
public final class RotaryTable {
  private final int half;
  private final boolean interleaved;
  private final float[] cos;
  private final float[] sin;

  public RotaryTable(int positions, int headDim, double theta, boolean interleaved) {
    this.half = headDim / 2;
    this.interleaved = interleaved;
    this.cos = new float[positions * half];
    this.sin = new float[positions * half];
    for (int i = 0; i < half; i++) {
      double frequency = StrictMath.pow(theta, -2.0 * i / headDim);
      for (int p = 0; p < positions; p++) {
        cos[p * half + i] = (float) StrictMath.cos(p * frequency);
        sin[p * half + i] = (float) StrictMath.sin(p * frequency);
      }
    }
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
