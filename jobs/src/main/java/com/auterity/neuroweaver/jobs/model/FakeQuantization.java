package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.jobs.tensor.MatrixSource;

/**
 * Rounds the rows of a weight matrix to the numbers that a quantized one would hold, for
 * quantization-aware training (Jacob et al. 2018): forward and backward see what will be left of
 * the weights, while the gradient goes straight through to the adapter.
 */
public enum FakeQuantization {
  /** Whole numbers to 127 times the row's greatest magnitude / 127. */
  INT8 {
    @Override
    void quantize(float[] row, int from, int count) {
      float greatest = 0;
      for (int i = from; i < from + count; i++) {
        greatest = Math.max(greatest, Math.abs(row[i]));
      }
      float step = greatest / 127;
      if (step > 0) {
        for (int i = from; i < from + count; i++) {
          row[i] = (float) Math.rint(row[i] / step) * step;
        }
      }
    }
  },

  /**
   * GGUF's Q4_0: in blocks of 32, whole numbers from -8 to 7 times the value of greatest magnitude
   * / -8, which is stored in half precision.
   */
  INT4 {
    @Override
    void quantize(float[] row, int from, int count) {
      for (int block = from; block < from + count; block += BLOCK) {
        quantizeBlock(row, block, Math.min(BLOCK, from + count - block));
      }
    }

    private void quantizeBlock(float[] row, int from, int count) {
      float extreme = 0;
      for (int i = from; i < from + count; i++) {
        if (Math.abs(row[i]) > Math.abs(extreme)) {
          extreme = row[i];
        }
      }
      float step = extreme / -8;
      float inverse = step != 0 ? 1 / step : 0;
      float stored = HalfPrecision.fromF16(HalfPrecision.toF16(step));
      for (int i = from; i < from + count; i++) {
        int level = Math.min(15, (int) (row[i] * inverse + 8.5f));
        row[i] = (level - 8) * stored;
      }
    }
  };

  private static final int BLOCK = 32;

  /** Rounds {@code count} numbers from {@code from} on, which are one row. */
  abstract void quantize(float[] row, int from, int count);

  /** The matrix as it would be after quantization, rounded as it is read. */
  MatrixSource of(MatrixSource source) {
    return new MatrixSource() {
      @Override
      public int rows() {
        return source.rows();
      }

      @Override
      public int cols() {
        return source.cols();
      }

      @Override
      public void read(int row, float[] to, int offset) {
        source.read(row, to, offset);
        quantize(to, offset, source.cols());
      }
    };
  }
}
