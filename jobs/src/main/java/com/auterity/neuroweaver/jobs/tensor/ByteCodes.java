package com.auterity.neuroweaver.jobs.tensor;

/** Symmetric 8-bit quantization of a row: value = scale * code, scale = largest magnitude / 127. */
final class ByteCodes {
  private ByteCodes() {}

  /** Codes of the first n values, rounded to nearest, ties to even; the scale is returned. */
  static float encode(float[] values, int n, byte[] codes) {
    float largest = 0f;
    for (int i = 0; i < n; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    float scale = largest / 127f;
    for (int i = 0; i < n; i++) {
      codes[i] = scale == 0f ? 0 : (byte) Math.rint(values[i] / scale);
    }
    return scale;
  }
}
