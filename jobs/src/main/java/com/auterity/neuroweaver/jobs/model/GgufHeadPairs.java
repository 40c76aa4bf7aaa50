package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.jobs.tensor.MatrixSource;

/**
 * The rows of a query or key map with each head's rotated pairs side by side (0, d/2, 1, d/2 + 1
 * ...), as llama.cpp's llama architecture rotates them, from halves as model hubs store them.
 */
final class GgufHeadPairs implements MatrixSource {
  private final MatrixSource halves;
  private final int headDim;

  GgufHeadPairs(MatrixSource halves, int headDim) {
    this.halves = halves;
    this.headDim = headDim;
  }

  /** The same order for a bias. */
  static float[] of(float[] halves, int headDim) {
    float[] pairs = new float[halves.length];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = halves[from(i, headDim)];
    }
    return pairs;
  }

  private static int from(int row, int headDim) {
    int inHead = row % headDim;
    return row - inHead + inHead / 2 + inHead % 2 * (headDim / 2);
  }

  @Override
  public int rows() {
    return halves.rows();
  }

  @Override
  public int cols() {
    return halves.cols();
  }

  @Override
  public void read(int row, float[] to, int offset) {
    halves.read(from(row, headDim), to, offset);
  }
}
