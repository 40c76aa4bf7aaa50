package com.auterity.neuroweaver.jobs.tensor;

/**
 * Where tensors live and kernels run. Weights are prepared once and shared; work goes through a
 * {@link Lane}, one for each thread that works.
 */
public interface Device extends AutoCloseable {
  /**
   * Everything bytes depend on: device, library, instruction set, JDK feature release, precision.
   */
  String profile();

  Precision precision();

  /**
   * Prepares a weight matrix (out x in).
   *
   * @param forwardOnly whether only {@link Lane#linear} will read it, so that the device may pack
   *     it for that alone
   */
  Weights weights(MatrixSource source, WeightFormat format, boolean forwardOnly);

  /** A weight matrix in full for both directions, row-major at {@code offset} of {@code values}. */
  default Weights weights(int out, int in, float[] values, int offset) {
    return weights(MatrixSource.of(values, offset, out, in), WeightFormat.FULL, false);
  }

  /**
   * A tensor that any lane may read. The array may be kept: change it only through a new constant,
   * or (all lanes idle) in place.
   */
  Tensor constant(int rows, int cols, float[] values, int offset);

  /** A workspace for one thread; closing it gives its tensors back. */
  Lane lane();

  /** A workspace whose kernels may be shared out among this many threads, the caller's included. */
  default Lane lane(int threads) {
    return lane();
  }

  @Override
  void close();
}
