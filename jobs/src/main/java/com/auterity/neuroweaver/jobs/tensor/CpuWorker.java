package com.auterity.neuroweaver.jobs.tensor;

/** What one thread of a lane works with. */
final class CpuWorker implements AutoCloseable {
  final Matmul matmul;
  final CpuKernels kernels = new CpuKernels();
  final AttentionKernel attention;
  final CachedAttention cached = new CachedAttention(kernels.stage);
  private NativeBlock scratch;
  float[] row = new float[4096];
  byte[] bytes = new byte[8192];
  int[] high = new int[4096];
  int[] low = new int[4096];

  CpuWorker(OneDnn oneDnn) {
    this.matmul = new Matmul(oneDnn);
    this.attention =
        new AttentionKernel(matmul, kernels.stage, oneDnn.precision() == Precision.BF16);
  }

  /** Native memory of at least this size, whose contents last until the next call. */
  NativeBlock scratch(long size) {
    if (scratch == null || scratch.bytes < size) {
      if (scratch != null) {
        scratch.close();
      }
      scratch = new NativeBlock(size);
    }
    return scratch;
  }

  /**
   * Makes {@link #row}, {@link #bytes}, {@link #high} and {@link #low} hold a row of this width.
   */
  void rowsOf(int width) {
    if (row.length < width) {
      row = new float[width];
      bytes = new byte[2 * width];
      high = new int[width];
      low = new int[width];
    }
  }

  @Override
  public void close() {
    attention.close();
    matmul.close();
    if (scratch != null) {
      scratch.close();
    }
  }
}
