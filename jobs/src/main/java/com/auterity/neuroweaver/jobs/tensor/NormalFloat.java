package com.auterity.neuroweaver.jobs.tensor;

/**
 * 4-bit NormalFloat (Dettmers et al. 2023): each block of {@link #BLOCK} values of a row is divided
 * by its largest magnitude, and each quotient becomes the nearest of sixteen quantiles of a normal
 * distribution.
 */
final class NormalFloat {
  static final int BLOCK = 64;

  private static final float[] QUANTILES = {
    -1.0f,
    -0.6961928009986877f,
    -0.5250730514526367f,
    -0.39491748809814453f,
    -0.28444138169288635f,
    -0.18477343022823334f,
    -0.09105003625154495f,
    0.0f,
    0.07958029955625534f,
    0.16093020141124725f,
    0.24611230194568634f,
    0.33791524171829224f,
    0.44070982933044434f,
    0.5626170039176941f,
    0.7229568362236023f,
    1.0f
  };

  private NormalFloat() {}

  static float quantile(int code) {
    return QUANTILES[code];
  }

  /** The code whose quantile is nearest; the lower one halfway. */
  static int encode(float quotient) {
    int low = 0;
    int high = 15;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (quotient >= QUANTILES[middle]) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return quotient - QUANTILES[low] <= QUANTILES[high] - quotient ? low : high;
  }

  /** Two codes a byte, the first in the low half, times the block's scale. */
  static void decode(
      byte[] codes, int at, int n, float scale, float[] scaled, float[] to, int into) {
    for (int i = 0; i < 16; i++) {
      scaled[i] = QUANTILES[i] * scale;
    }
    int pairs = n / 2;
    for (int i = 0; i < pairs; i++) {
      int pair = codes[at + i];
      to[into + 2 * i] = scaled[pair & 15];
      to[into + 2 * i + 1] = scaled[(pair >> 4) & 15];
    }
    if ((n & 1) != 0) {
      to[into + n - 1] = scaled[codes[at + pairs] & 15];
    }
  }
}
