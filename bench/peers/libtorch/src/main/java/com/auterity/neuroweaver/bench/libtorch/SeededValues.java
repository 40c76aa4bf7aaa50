package com.auterity.neuroweaver.bench.libtorch;

/**
 * The weights both sides of {@code bench lora-step} use: value i of the tensor of a name is center
 * + scale * u, u in [-1, 1) with 24 bits. Written twice on purpose, here and in the bench module:
 * equal losses then show that both sides hold the same model.
 */
final class SeededValues {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final long start;
  private final float center;
  private final float scale;

  SeededValues(long seed, String name, float center, float scale) {
    this.start = mix(mix(seed + GOLDEN) ^ name.hashCode() * GOLDEN);
    this.center = center;
    this.scale = scale;
  }

  void fill(long from, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      long bits = mix(start + (from + i + 1) * GOLDEN);
      to[i] = center + scale * ((bits >> 40) * 0x1p-23f);
    }
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
