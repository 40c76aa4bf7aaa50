package com.auterity.neuroweaver.jobs.tensor;

import java.util.ArrayList;
import java.util.List;

/** A weight matrix (out x in) on the CPU. */
abstract class CpuWeights implements Weights {
  final int out;
  final int in;
  private boolean closed;

  CpuWeights(int out, int in) {
    this.out = out;
    this.in = in;
  }

  /** y = x W^T. */
  abstract void forward(CpuTeam team, CpuTensor x, CpuTensor y);

  /** dx = dy W. */
  abstract void backward(CpuTeam team, CpuTensor dy, CpuTensor dx);

  abstract void free();

  @Override
  public final int out() {
    return out;
  }

  @Override
  public final int in() {
    return in;
  }

  @Override
  public final synchronized void close() {
    if (!closed) {
      closed = true;
      free();
    }
  }

  /** Rows {@code from} to {@code from + count} of a matrix. */
  record Rows(int from, int count) {}

  /** Cuts rows into runs of at most {@code step}. */
  static List<Rows> cut(int rows, int step) {
    List<Rows> runs = new ArrayList<>();
    for (int from = 0; from < rows; from += step) {
      runs.add(new Rows(from, Math.min(step, rows - from)));
    }
    return runs;
  }

  /**
   * Rows of one slice of a matrix that is packed in slices: some for each thread, about a mebibyte
   * of this many bytes an element.
   */
  static int sliceRows(int out, int in, int bytes) {
    int fitting = (1 << 20) / Math.max(1, in * bytes) / 64 * 64;
    int shared = (out / 4 + 63) / 64 * 64;
    return Math.max(64, Math.min(fitting, shared));
  }
}
