package com.auterity.neuroweaver.jobs.tensor;

import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A matrix in ND4J's memory: element (r, c) lies at {@code offset + r * stride + c} of {@code
 * block}.
 */
class Nd4jTensor implements Tensor {
  private final INDArray block;
  private final long offset;
  private final int rows;
  private final int cols;
  private final int stride;
  private final INDArray array;

  Nd4jTensor(INDArray block, long offset, int rows, int cols, int stride) {
    this.block = block;
    this.offset = offset;
    this.rows = rows;
    this.cols = cols;
    this.stride = stride;
    this.array = view(0, new long[] {rows, cols}, new long[] {stride, 1});
  }

  /** Elements of this tensor's memory in another order; {@code at} counts from its first. */
  INDArray view(long at, long[] shape, long[] strides) {
    DataBuffer data = block.data();
    return Nd4j.create(data, shape, strides, block.offset() + offset + at, 'c');
  }

  /** (rows x heads x headDim), of the columns from {@code from} on. */
  INDArray heads(int from, int heads, int headDim) {
    return view(from, new long[] {rows, heads, headDim}, new long[] {stride, headDim, 1});
  }

  INDArray array() {
    return array;
  }

  INDArray block() {
    return block;
  }

  int stride() {
    return stride;
  }

  Nd4jTensor part(int row, int count, int col, int width) {
    if (row < 0 || count < 0 || row + count > rows || col < 0 || width < 0 || col + width > cols) {
      throw new IndexOutOfBoundsException(
          "rows %d + %d, columns %d + %d of %s".formatted(row, count, col, width, this));
    }
    return new Nd4jTensor(block, offset + (long) row * stride + col, count, width, stride);
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
