package com.auterity.neuroweaver.jobs.tensor;

import java.util.List;

/**
 * One thread's work on a device: tensors, and the kernels over them. Tensors are gone when the lane
 * is closed. Shapes are (rows x cols); "+=" adds into what is there. Results depend on the
 * arguments alone, not on the lane, the thread or what ran before.
 */
public interface Lane extends AutoCloseable {
  /** A new tensor with undefined contents. */
  Tensor tensor(int rows, int cols);

  Tensor zeros(int rows, int cols);

  /**
   * A new tensor for what is mainly read by {@link #linear} and {@link #linearInput}: in the
   * precision these multiply in, where the device gains by it.
   */
  default Tensor narrow(int rows, int cols) {
    return tensor(rows, cols);
  }

  /** Gives a tensor of {@link #tensor} back before the lane closes. */
  void free(Tensor tensor);

  /** A view of some columns. */
  Tensor columns(Tensor tensor, int from, int count);

  /** A view of some rows. */
  Tensor rows(Tensor tensor, int from, int count);

  void write(Tensor tensor, float[] values, int offset);

  void read(Tensor tensor, float[] values, int offset);

  /** y = x W^T: x (n x in), y (n x out); n at least 2. */
  void linear(Tensor x, Weights w, Tensor y);

  /** dx = dy W: dy (n x out), dx (n x in); n at least 2. */
  void linearInput(Tensor dy, Weights w, Tensor dx);

  /** dw (out x in) = dy^T x, or += when {@code accumulate}. */
  void linearWeight(Tensor dy, Tensor x, Tensor dw, boolean accumulate);

  /** c = alpha op(a) op(b) in float32, or += when {@code accumulate}; meant for thin matrices. */
  void gemm(
      float alpha,
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      Tensor c,
      boolean accumulate);

  /** to = from. */
  void copy(Tensor from, Tensor to);

  /** y += x. */
  void add(Tensor x, Tensor y);

  /** Each row of y += row (1 x cols). */
  void addRow(Tensor row, Tensor y);

  /** sums (1 x cols) += the sum of x's rows. */
  void sumRows(Tensor x, Tensor sums);

  /** RMSNorm of each row: y = x * inverse * weight, inverse = 1 / sqrt(mean(x^2) + eps) (n x 1). */
  void rmsNorm(Tensor x, Tensor weight, double eps, Tensor y, Tensor inverse);

  /** dx += the gradient of RMSNorm's input; dWeight (1 x n), unless null, += its weight's. */
  void rmsNormBackward(
      Tensor dy, Tensor x, Tensor weight, Tensor inverse, Tensor dx, Tensor dWeight);

  /**
   * RMSNorm of each of the first {@code weight.rows()} heads of each row, where head h has the
   * weight in row h (Qwen3); y may be x, inverse is (n x heads).
   */
  void headNorm(Tensor x, Tensor weight, double eps, Tensor y, Tensor inverse);

  /**
   * Turns dy, the gradient of {@link #headNorm}'s result, into that of its input x, in place;
   * dWeight (as weight), unless null, += its weight's gradient.
   */
  void headNormBackward(Tensor dy, Tensor x, Tensor weight, Tensor inverse, Tensor dWeight);

  /** Rotates the first {@code heads} heads of each row in place; backward rotates the other way. */
  void rotary(
      Tensor x, int heads, int headDim, int[] positions, RotaryTable table, boolean backward);

  /**
   * Causal attention within segments. {@code qkv} is (n x heads.width()), {@code out} (n x
   * queryWidth), {@code stats} (n x 2 heads) keeps what backward needs; segment s is the rows from
   * {@code bounds[s]} to {@code bounds[s + 1]}.
   */
  void attention(Tensor qkv, Heads heads, int[] bounds, Tensor out, Tensor stats);

  /** Overwrites dqkv with the gradient of attention's input. */
  void attentionBackward(
      Tensor dOut, Tensor qkv, Tensor out, Tensor stats, Heads heads, int[] bounds, Tensor dqkv);

  /** Room for the keys and values of a sequence of at most {@code capacity} tokens. */
  KeyValues keyValues(Heads heads, int capacity);

  /**
   * Puts keys and values of the rows {@code from} to {@code from + count} at a position and after.
   */
  void cache(Tensor qkv, int from, int count, KeyValues cache, int position);

  /**
   * Attention of each of the first {@code caches.size()} rows' queries over the first {@code
   * lengths[row]} places of its own cache.
   */
  void attentionCached(Tensor qkv, List<KeyValues> caches, int[] lengths, Tensor out);

  /** y = silu(gate) * up, where x (n x 2m) is gate beside up and y is (n x m). */
  void swiglu(Tensor x, Tensor y);

  /** dx = the gradient of swiglu's input. */
  void swigluBackward(Tensor dy, Tensor x, Tensor dx);

  /**
   * The sum of -log softmax(logits)[target] over rows whose target is not negative. Unless null,
   * {@code gradient} (as logits, or logits itself) becomes the gradient of that sum, zero in rows
   * without a target.
   */
  double crossEntropy(Tensor logits, int[] targets, int from, Tensor gradient);

  /**
   * For each row the place of its largest number (the first of equal ones) and that number's
   * softmax.
   */
  void likeliest(Tensor logits, int[] index, float[] probability);

  /** Each row becomes its softmax. */
  void softmax(Tensor x);

  /** y's row i = table's row ids[i], or zeros where the id is negative. */
  void embed(MatrixSource table, int[] ids, Tensor y);

  /** y's row i = table's row ids[from + i], or zeros where the id is negative. */
  void gather(Tensor table, int[] ids, int from, Tensor y);

  /** table's row ids[from + i] += x's row i; negative ids are skipped. */
  void scatterAdd(Tensor x, int[] ids, int from, Tensor table);

  /**
   * y = x with elements kept with probability 1 - p and divided by it; the mask hangs on (key,
   * index).
   */
  void dropout(Tensor x, double p, long key, Tensor y);

  /** y += dropout(x) with the same mask. */
  void dropoutAdd(Tensor x, double p, long key, Tensor y);

  /** CPU time of the threads that help the caller's, since the lane was made; for metering. */
  default long helperCpuNanos() {
    return 0;
  }

  @Override
  void close();
}
