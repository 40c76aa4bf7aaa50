package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.jobs.tensor.Lane;
import com.auterity.neuroweaver.jobs.tensor.Tensor;

/**
 * One adapted linear map during a pass: y += scale * dropout(x) A^T B^T and its gradients. The rank
 * is padded with zeros to a multiple of 16, so that kernels see whole vectors; zeros add nothing.
 */
final class LoraPart {
  private static final int RANK_STEP = 16;

  private final Lane lane;
  private final float scale;
  private final double dropout;
  private final long key;
  private final boolean within;
  private final Slice sliceA;
  private final Slice sliceB;
  private final int rank;
  private final Tensor a;
  private final Tensor b;
  // Between forward and backward: dropout(x), which without dropout is x itself, and that times
  // A^T.
  private Tensor input;
  private Tensor low;

  /**
   * @param within whether the base map's weights hold the adapter already, so that it is only
   *     differentiated here, not added
   */
  LoraPart(Lane lane, LoraAdapter adapter, LoraMap map, double dropout, long key, boolean within) {
    this.within = within;
    this.lane = lane;
    this.scale = map.scale();
    this.dropout = dropout;
    this.key = key;
    this.sliceA = map.a();
    this.sliceB = map.b();
    this.rank = map.rank();
    int padded = (rank + RANK_STEP - 1) / RANK_STEP * RANK_STEP;
    this.a = factor(padded, sliceA.cols(), padded == rank);
    this.b = factor(sliceB.rows(), padded, padded == rank);
    lane.write(lane.rows(a, 0, rank), adapter.parameters(), sliceA.offset());
    lane.write(lane.columns(b, 0, rank), adapter.parameters(), sliceB.offset());
  }

  private Tensor factor(int rows, int cols, boolean filled) {
    return filled ? lane.narrow(rows, cols) : lane.zeros(rows, cols);
  }

  /** Adds the adapter's share to y and remembers what backward needs. */
  void forward(Tensor x, Tensor y) {
    lower(x);
    if (!within) {
      lane.gemm(scale, low, false, b, true, y, true);
    }
  }

  /** Remembers what backward needs. */
  void lower(Tensor x) {
    input = x;
    if (dropout > 0) {
      input = lane.narrow(x.rows(), x.cols());
      lane.dropout(x, dropout, key, input);
    }
    low = lane.narrow(x.rows(), a.rows());
    lane.gemm(1f, input, false, a, true, low, false);
  }

  /** Gives back what was remembered. */
  void release() {
    if (dropout > 0) {
      lane.free(input);
    }
    lane.free(low);
    input = null;
    low = null;
  }

  /** Writes this map's share of the gradient; unless dx is null, dx += the input's gradient. */
  void backward(Tensor dy, Tensor dx, float[] gradient) {
    Tensor db = lane.tensor(b.rows(), b.cols());
    lane.gemm(scale, dy, true, low, false, db, false);
    lane.read(lane.columns(db, 0, rank), gradient, sliceB.offset());
    lane.free(db);
    Tensor dLow = lane.narrow(dy.rows(), a.rows());
    lane.gemm(scale, dy, false, b, false, dLow, false);
    Tensor da = lane.tensor(a.rows(), a.cols());
    lane.gemm(1f, dLow, true, input, false, da, false);
    lane.read(lane.rows(da, 0, rank), gradient, sliceA.offset());
    lane.free(da);
    if (dx != null && !within && dropout > 0) {
      Tensor dDropped = lane.narrow(dx.rows(), dx.cols());
      lane.gemm(1f, dLow, false, a, false, dDropped, false);
      lane.dropoutAdd(dDropped, dropout, key, dx);
      lane.free(dDropped);
    } else if (dx != null && !within) {
      lane.gemm(1f, dLow, false, a, false, dx, true);
    }
    lane.free(dLow);
  }
}
