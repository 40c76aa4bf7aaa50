package com.auterity.neuroweaver.jobs.tensor;

import static com.auterity.neuroweaver.jobs.tensor.Lanes.WIDTH;

/**
 * The kernels that work row by row, over the rows {@code from} to {@code to}: each piece of a row
 * is copied into heap arrays, computed by {@link ElementKernels}, and copied back. One thread's.
 */
final class CpuKernels {
  /** Columns a piece has where a row may be cut anywhere. */
  private static final int PIECE = 2048;

  final Stage stage = new Stage();
  final float[] scratch = new float[WIDTH];
  private float[] a = new float[PIECE];
  private float[] b = new float[PIECE];
  private float[] c = new float[PIECE];
  private float[] d = new float[PIECE];
  private float[] e = new float[PIECE];

  /** Makes whole rows of this width fit. */
  private void rowsOf(int width) {
    if (a.length < width) {
      a = new float[width];
      b = new float[width];
      c = new float[width];
      d = new float[width];
      e = new float[width];
    }
  }

  void copy(CpuTensor x, CpuTensor y, int from, int to) {
    for (int r = from; r < to; r++) {
      for (int at = 0; at < x.cols; at += PIECE) {
        int n = Math.min(PIECE, x.cols - at);
        stage.load(x, r, at, n, a, 0);
        stage.store(a, 0, y, r, at, n);
      }
    }
  }

  void fill(CpuTensor x, float value, int from, int to) {
    java.util.Arrays.fill(a, 0, Math.min(PIECE, x.cols), value);
    for (int r = from; r < to; r++) {
      for (int at = 0; at < x.cols; at += PIECE) {
        stage.store(a, 0, x, r, at, Math.min(PIECE, x.cols - at));
      }
    }
  }

  void add(CpuTensor x, CpuTensor y, int from, int to) {
    for (int r = from; r < to; r++) {
      for (int at = 0; at < x.cols; at += PIECE) {
        int n = Math.min(PIECE, x.cols - at);
        stage.load(x, r, at, n, a, 0);
        stage.load(y, r, at, n, b, 0);
        ElementKernels.add(a, 0, b, 0, n);
        stage.store(b, 0, y, r, at, n);
      }
    }
  }

  void addRow(CpuTensor row, CpuTensor y, int from, int to) {
    rowsOf(y.cols);
    stage.load(row, 0, 0, y.cols, a, 0);
    for (int r = from; r < to; r++) {
      stage.load(y, r, 0, y.cols, b, 0);
      ElementKernels.add(a, 0, b, 0, y.cols);
      stage.store(b, 0, y, r, 0, y.cols);
    }
  }

  void sumRows(CpuTensor x, CpuTensor sums) {
    rowsOf(x.cols);
    stage.load(sums, 0, 0, x.cols, b, 0);
    for (int r = 0; r < x.rows; r++) {
      stage.load(x, r, 0, x.cols, a, 0);
      ElementKernels.add(a, 0, b, 0, x.cols);
    }
    stage.store(b, 0, sums, 0, 0, x.cols);
  }

  void rmsNorm(
      CpuTensor x, CpuTensor weight, double eps, CpuTensor y, CpuTensor inverse, int from, int to) {
    int n = x.cols;
    rowsOf(n);
    stage.load(weight, 0, 0, n, c, 0);
    for (int r = from; r < to; r++) {
      stage.load(x, r, 0, n, a, 0);
      inverse.set(r, 0, ElementKernels.rmsNorm(a, c, eps, b, n, scratch));
      stage.store(b, 0, y, r, 0, n);
    }
  }

  /** Sums into dWeight, so that a range of rows is one thread's alone when there is one. */
  void rmsNormBackward(
      CpuTensor dy,
      CpuTensor x,
      CpuTensor weight,
      CpuTensor inverse,
      CpuTensor dx,
      CpuTensor dWeight,
      boolean overwrite,
      int from,
      int to) {
    int n = x.cols;
    rowsOf(n);
    stage.load(weight, 0, 0, n, c, 0);
    if (dWeight != null) {
      stage.load(dWeight, 0, 0, n, e, 0);
    }
    for (int r = from; r < to; r++) {
      stage.load(dy, r, 0, n, a, 0);
      stage.load(x, r, 0, n, b, 0);
      if (overwrite) {
        java.util.Arrays.fill(d, 0, n, 0f);
      } else {
        stage.load(dx, r, 0, n, d, 0);
      }
      ElementKernels.rmsNormBackward(
          a, b, c, inverse.get(r, 0), d, dWeight == null ? null : e, n, scratch);
      stage.store(d, 0, dx, r, 0, n);
    }
    if (dWeight != null) {
      stage.store(e, 0, dWeight, 0, 0, n);
    }
  }

  void rotary(
      CpuTensor x,
      int heads,
      int headDim,
      int[] positions,
      RotaryTable table,
      boolean backward,
      int from,
      int to) {
    int n = heads * headDim;
    rowsOf(n);
    for (int r = from; r < to; r++) {
      stage.load(x, r, 0, n, a, 0);
      ElementKernels.rotary(a, heads, headDim, positions[r], table, backward);
      stage.store(a, 0, x, r, 0, n);
    }
  }

  void swiglu(CpuTensor x, CpuTensor y, int from, int to) {
    int m = y.cols;
    for (int r = from; r < to; r++) {
      for (int at = 0; at < m; at += PIECE) {
        int n = Math.min(PIECE, m - at);
        stage.load(x, r, at, n, a, 0);
        stage.load(x, r, m + at, n, b, 0);
        ElementKernels.swiglu(a, b, c, n);
        stage.store(c, 0, y, r, at, n);
      }
    }
  }

  void swigluBackward(CpuTensor dy, CpuTensor x, CpuTensor dx, int from, int to) {
    int m = dy.cols;
    for (int r = from; r < to; r++) {
      for (int at = 0; at < m; at += PIECE) {
        int n = Math.min(PIECE, m - at);
        stage.load(x, r, at, n, a, 0);
        stage.load(x, r, m + at, n, b, 0);
        stage.load(dy, r, at, n, c, 0);
        ElementKernels.swigluBackward(c, a, b, d, e, n);
        stage.store(d, 0, dx, r, at, n);
        stage.store(e, 0, dx, r, m + at, n);
      }
    }
  }

  /** Each row becomes its softmax, in two walks over pieces of it. */
  void softmax(CpuTensor x, int from, int to) {
    for (int r = from; r < to; r++) {
      long maxAndSum = maxAndSum(x, r);
      float max = Float.intBitsToFloat((int) (maxAndSum >>> 32));
      float inverse = 1f / Float.intBitsToFloat((int) maxAndSum);
      for (int at = 0; at < x.cols; at += PIECE) {
        int n = Math.min(PIECE, x.cols - at);
        stage.load(x, r, at, n, a, 0);
        ElementKernels.expInPlace(a, 0, n, 1f, max, scratch);
        ElementKernels.scale(a, 0, n, inverse);
        stage.store(a, 0, x, r, at, n);
      }
    }
  }

  /**
   * The sum of losses of these rows; unless gradient is null, its rows become the gradient of that
   * sum (it may be logits).
   */
  double crossEntropy(
      CpuTensor logits, int[] targets, int first, CpuTensor gradient, int from, int to) {
    double loss = 0;
    for (int r = from; r < to; r++) {
      int target = first + r < targets.length ? targets[first + r] : -1;
      if (target < 0) {
        if (gradient != null) {
          fill(gradient, 0f, r, r + 1);
        }
        continue;
      }
      float chosen = logits.get(r, target);
      long maxAndSum = maxAndSum(logits, r);
      float max = Float.intBitsToFloat((int) (maxAndSum >>> 32));
      float sum = Float.intBitsToFloat((int) maxAndSum);
      loss += StrictMath.log(sum) + max - chosen;
      if (gradient == null) {
        continue;
      }
      for (int at = 0; at < logits.cols; at += PIECE) {
        int n = Math.min(PIECE, logits.cols - at);
        stage.load(logits, r, at, n, a, 0);
        ElementKernels.expInPlace(a, 0, n, 1f, max, scratch);
        ElementKernels.scale(a, 0, n, 1f / sum);
        if (target >= at && target < at + n) {
          a[target - at] -= 1f;
        }
        stage.store(a, 0, gradient, r, at, n);
      }
    }
    return loss;
  }

  /** A row's largest number (high bits) and the sum of exp(x - largest) (low bits). */
  private long maxAndSum(CpuTensor x, int r) {
    float max = Float.NEGATIVE_INFINITY;
    float sum = 0f;
    for (int at = 0; at < x.cols; at += PIECE) {
      int n = Math.min(PIECE, x.cols - at);
      stage.load(x, r, at, n, a, 0);
      float larger = Math.max(max, ElementKernels.max(a, 0, n, scratch));
      if (larger > max) {
        sum = at == 0 ? 0f : sum * Lanes.exp(max - larger);
        max = larger;
      }
      sum += ElementKernels.expInPlace(a, 0, n, 1f, max, scratch);
    }
    return (long) Float.floatToRawIntBits(max) << 32 | Float.floatToRawIntBits(sum) & 0xffffffffL;
  }

  void dropout(CpuTensor x, double p, long key, CpuTensor y, boolean accumulate, int from, int to) {
    for (int r = from; r < to; r++) {
      for (int at = 0; at < x.cols; at += PIECE) {
        int n = Math.min(PIECE, x.cols - at);
        stage.load(x, r, at, n, a, 0);
        if (accumulate) {
          stage.load(y, r, at, n, b, 0);
        }
        ElementKernels.dropout(a, p, key, r * x.cols + at, b, n, accumulate);
        stage.store(b, 0, y, r, at, n);
      }
    }
  }

  void embed(MatrixSource table, int[] ids, CpuTensor y, int from, int to) {
    rowsOf(y.cols);
    for (int r = from; r < to; r++) {
      if (ids[r] < 0) {
        fill(y, 0f, r, r + 1);
      } else {
        table.read(ids[r], b, 0);
        stage.store(b, 0, y, r, 0, y.cols);
      }
    }
  }

  void gather(CpuTensor table, int[] ids, int first, CpuTensor y, int from, int to) {
    rowsOf(y.cols);
    for (int r = from; r < to; r++) {
      if (first + r >= ids.length || ids[first + r] < 0) {
        fill(y, 0f, r, r + 1);
      } else {
        stage.load(table, ids[first + r], 0, y.cols, b, 0);
        stage.store(b, 0, y, r, 0, y.cols);
      }
    }
  }

  void scatterAdd(CpuTensor x, int[] ids, int first, CpuTensor table) {
    rowsOf(x.cols);
    for (int r = 0; r < x.rows && first + r < ids.length; r++) {
      if (ids[first + r] >= 0) {
        stage.load(x, r, 0, x.cols, a, 0);
        stage.load(table, ids[first + r], 0, x.cols, b, 0);
        ElementKernels.add(a, 0, b, 0, x.cols);
        stage.store(b, 0, table, ids[first + r], 0, x.cols);
      }
    }
  }
}
