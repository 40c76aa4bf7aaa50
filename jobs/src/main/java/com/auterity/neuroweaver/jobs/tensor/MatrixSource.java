package com.auterity.neuroweaver.jobs.tensor;

/**
 * A matrix that can be read row by row as float32, wherever it lies: in an array, in a mapped file.
 * Safe for concurrent reading.
 */
public interface MatrixSource {
  int rows();

  int cols();

  /** Puts row {@code row} at {@code to[offset]} and after. */
  void read(int row, float[] to, int offset);

  /** Rows of an array (row-major), which is read anew at each call. */
  static MatrixSource of(float[] values, int offset, int rows, int cols) {
    java.util.Objects.checkFromIndexSize(offset, Math.multiplyExact(rows, cols), values.length);
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
      public void read(int row, float[] to, int at) {
        System.arraycopy(values, offset + row * cols, to, at, cols);
      }
    };
  }

  /** Matrices of equal width, one below the other. */
  static MatrixSource stacked(java.util.List<MatrixSource> parts) {
    int cols = parts.get(0).cols();
    int rows = 0;
    for (MatrixSource part : parts) {
      if (part.cols() != cols) {
        throw new IllegalArgumentException(part.cols() + " columns below " + cols);
      }
      rows = Math.addExact(rows, part.rows());
    }
    int total = rows;
    return new MatrixSource() {
      @Override
      public int rows() {
        return total;
      }

      @Override
      public int cols() {
        return cols;
      }

      @Override
      public void read(int row, float[] to, int at) {
        int rest = row;
        for (MatrixSource part : parts) {
          if (rest < part.rows()) {
            part.read(rest, to, at);
            return;
          }
          rest -= part.rows();
        }
        throw new IndexOutOfBoundsException(row + " of " + total);
      }
    };
  }
}
