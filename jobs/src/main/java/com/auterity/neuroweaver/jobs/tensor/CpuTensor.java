package com.auterity.neuroweaver.jobs.tensor;

/** A matrix in a heap array: element (r, c) is {@code data[offset + r * stride + c]}. */
final class CpuTensor implements Tensor {
  final float[] data;
  final int offset;
  final int rows;
  final int cols;
  final int stride;

  CpuTensor(float[] data, int offset, int rows, int cols, int stride) {
    this.data = data;
    this.offset = offset;
    this.rows = rows;
    this.cols = cols;
    this.stride = stride;
  }

  boolean dense() {
    return stride == cols;
  }

  int size() {
    return rows * cols;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
    return cols;
  }

  @Override
  public String toString() {
    return "(" + rows + " x " + cols + ")";
  }
}
