package com.auterity.neuroweaver.jobs.tensor;

/**
 * A matrix in native memory, as float32 or (when {@code half}) as bf16, or a constant in a heap
 * array: element (r, c) is number {@code offset + r * stride + c}.
 */
final class CpuTensor implements Tensor {
  final NativeBlock block;
  final float[] heap;
  final boolean half;
  final int offset;
  final int rows;
  final int cols;
  final int stride;

  CpuTensor(NativeBlock block, boolean half, int offset, int rows, int cols, int stride) {
    this(block, null, half, offset, rows, cols, stride);
  }

  CpuTensor(float[] heap, int offset, int rows, int cols, int stride) {
    this(null, heap, false, offset, rows, cols, stride);
  }

  private CpuTensor(
      NativeBlock block, float[] heap, boolean half, int offset, int rows, int cols, int stride) {
    this.block = block;
    this.heap = heap;
    this.half = half;
    this.offset = offset;
    this.rows = rows;
    this.cols = cols;
    this.stride = stride;
  }

  /** A view of some rows and columns. */
  CpuTensor view(int fromRow, int rowCount, int fromCol, int colCount) {
    if (fromRow < 0
        || rowCount < 0
        || rowCount > rows - fromRow
        || fromCol < 0
        || colCount < 0
        || colCount > cols - fromCol) {
      throw new IndexOutOfBoundsException(
          "rows %d + %d, columns %d + %d of %s"
              .formatted(fromRow, rowCount, fromCol, colCount, this));
    }
    return new CpuTensor(
        block, heap, half, offset + fromRow * stride + fromCol, rowCount, colCount, stride);
  }

  int at(int row) {
    return offset + row * stride;
  }

  /** Where it begins in native memory. */
  long address() {
    return block.address + (long) offset * (half ? 2 : 4);
  }

  /** One number of a float32 tensor. */
  float get(int row, int col) {
    return heap != null ? heap[at(row) + col] : block.floats.get(at(row) + col);
  }

  void set(int row, int col, float value) {
    block.floats.put(at(row) + col, value);
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
