package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.jobs.tensor.MatrixSource;

/**
 * The weights both sides of a bench use: value i of the tensor of a name is center + scale * u, u
 * in [-1, 1) with 24 bits. Written twice on purpose, here and in bench/peers/libtorch: equal losses
 * then show that both sides hold the same model.
 */
record SeededValues(long start, float center, float scale) {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  static SeededValues of(long seed, String name, float center, float scale) {
    return new SeededValues(mix(mix(seed + GOLDEN) ^ name.hashCode() * GOLDEN), center, scale);
  }

  void fill(long from, float[] to, int offset, int count) {
    for (int i = 0; i < count; i++) {
      long bits = mix(start + (from + i + 1) * GOLDEN);
      to[offset + i] = center + scale * ((bits >> 40) * 0x1p-23f);
    }
  }

  /** These values as a matrix (rows x cols), row-major, computed as they are read. */
  MatrixSource matrix(int rows, int cols) {
    return new MatrixSource() {
      @Override
      public int rows() {
        return rows;
      }

      @Override
      public int cols() {
        return cols;
      }

      @Override
      public void read(int row, float[] to, int offset) {
        fill((long) row * cols, to, offset, cols);
      }
    };
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
