package com.auterity.neuroweaver.jobs.model;

/**
 * Random numbers as a function of (seed, counter), so that they depend on no order of evaluation:
 * SplitMix64's finalizer (Steele et al. 2014) over a Weyl sequence.
 */
final class CounterRandom {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private CounterRandom() {}

  /** The seed of an independent sequence. */
  static long stream(long seed, long number) {
    return mix(mix(seed + GOLDEN) ^ mix(number * GOLDEN + 0x632BE59BD9B4E019L));
  }

  static long bits(long stream, long index) {
    return mix(stream + (index + 1) * GOLDEN);
  }

  /** Uniform in [0, 1). */
  static double uniform(long stream, long index) {
    return (bits(stream, index) >>> 11) * 0x1.0p-53;
  }

  /** Standard normal, by Box and Muller. */
  static double normal(long stream, long index) {
    double u = ((bits(stream, 2 * index) >>> 11) + 1) * 0x1.0p-53;
    double v = uniform(stream, 2 * index + 1);
    return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * Math.PI * v);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
