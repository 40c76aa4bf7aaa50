package com.auterity.neuroweaver.jobs.tensor;

import java.util.Arrays;

/**
 * Causal attention of packed segments, forward and backward, a block of query rows at a time: only
 * scores up to the diagonal are computed, and none are kept (Dao et al. 2022). {@code stats} holds
 * each row's and head's largest score and inverse sum. Products run in the library, over dense
 * copies of a head whose sizes are rounded up, so that segments of any length share a few shapes.
 * One thread's.
 */
final class AttentionKernel implements AutoCloseable {
  private static final int BLOCK = 128;
  private static final int FINE = 16;
  private static final int COARSE = 64;

  private final Matmul matmul;
  private final Stage stage;
  private final boolean half;
  private final float[] scratch = new float[Lanes.WIDTH];
  private final Buffer query = new Buffer();
  private final Buffer key = new Buffer();
  private final Buffer value = new Buffer();
  private final Buffer score = new Buffer();
  private final Buffer probability = new Buffer();
  private final Buffer result = new Buffer();
  private final Buffer dOutput = new Buffer();
  private final Buffer dScore = new Buffer();
  private final Buffer dKey = new Buffer();
  private final Buffer dValue = new Buffer();
  private float[] row = new float[1024];
  private float[] other = new float[1024];
  private short[] halfRow = new short[1024];

  AttentionKernel(Matmul matmul, Stage stage, boolean half) {
    this.matmul = matmul;
    this.stage = stage;
    this.half = half;
  }

  /** Native memory that grows. */
  private static final class Buffer {
    private NativeBlock block;

    CpuTensor tensor(int rows, int cols, boolean half) {
      long bytes = (long) rows * cols * (half ? 2 : 4);
      if (block == null || block.bytes < bytes) {
        close();
        block = new NativeBlock(bytes);
      }
      return new CpuTensor(block, half, 0, rows, cols, cols);
    }

    void close() {
      if (block != null) {
        block.close();
        block = null;
      }
    }
  }

  private static int roundUp(int n, int step) {
    return (n + step - 1) / step * step;
  }

  /** One segment (rows first to first + length) and one head of keys with all its query heads. */
  void forward(
      CpuTensor qkv, Heads heads, int first, int length, int kv, CpuTensor out, CpuTensor stats) {
    int d = heads.headDim();
    int group = heads.heads() / heads.kvHeads();
    float scale = scale(d);
    int step = length <= BLOCK ? FINE : COARSE;
    int width = roundUp(length, step);
    int keyAt = heads.queryWidth() + kv * d;
    CpuTensor keys = operand(qkv, first, length, width, keyAt, d, key);
    CpuTensor values = operand(qkv, first, length, width, keyAt + heads.keyWidth(), d, value);
    rowsOf(Math.max(width, d));
    for (int h = kv * group; h < (kv + 1) * group; h++) {
      for (int from = 0; from < length; from += BLOCK) {
        int rows = Math.min(BLOCK, length - from);
        int padded = roundUp(rows, FINE);
        int reach = roundUp(from + rows, step);
        CpuTensor queries = operand(qkv, first + from, rows, padded, h * d, d, query);
        CpuTensor scores = score.tensor(padded, reach, false);
        CpuTensor probabilities = probability.tensor(padded, reach, half);
        CpuTensor attended =
            rows == padded
                ? out.view(first + from, rows, h * d, d)
                : result.tensor(padded, d, false);
        matmul.multiply(1f, queries, false, keys.view(0, reach, 0, d), true, scores, false);
        for (int r = 0; r < rows; r++) {
          int n = from + r + 1;
          int seen = heads.firstSeen(n);
          stage.load(scores, r, seen, n - seen, row, seen);
          float max = ElementKernels.max(row, seen, n - seen, scratch) * scale;
          float sum = ElementKernels.expInPlace(row, seen, n - seen, scale, max, scratch);
          if (half) {
            ElementKernels.scaleRound(row, seen, n - seen, 1f / sum, halfRow);
            store(halfRow, seen, n, reach, probabilities, r);
          } else {
            ElementKernels.scale(row, seen, n - seen, 1f / sum);
            store(row, seen, n, reach, probabilities, r);
          }
          stats.set(first + from + r, 2 * h, max);
          stats.set(first + from + r, 2 * h + 1, 1f / sum);
        }
        clear(probabilities, rows);
        matmul.multiply(
            1f, probabilities, false, values.view(0, reach, 0, d), false, attended, false);
        if (rows != padded) {
          store(attended, rows, out, first + from, h * d);
        }
      }
    }
  }

  /** The gradient of what {@link #forward} computed; overwrites its part of dqkv. */
  void backward(
      CpuTensor dOut,
      CpuTensor qkv,
      CpuTensor out,
      CpuTensor stats,
      Heads heads,
      int first,
      int length,
      int kv,
      CpuTensor dqkv) {
    int d = heads.headDim();
    int group = heads.heads() / heads.kvHeads();
    float scale = scale(d);
    int step = length <= BLOCK ? FINE : COARSE;
    int width = roundUp(length, step);
    int keyAt = heads.queryWidth() + kv * d;
    CpuTensor keys = operand(qkv, first, length, width, keyAt, d, key);
    CpuTensor values = operand(qkv, first, length, width, keyAt + heads.keyWidth(), d, value);
    CpuTensor dKeys = dKey.tensor(width, d, false);
    CpuTensor dValues = dValue.tensor(width, d, false);
    rowsOf(Math.max(width, d));
    clear(dKeys, 0);
    clear(dValues, 0);
    for (int h = kv * group; h < (kv + 1) * group; h++) {
      for (int from = 0; from < length; from += BLOCK) {
        int rows = Math.min(BLOCK, length - from);
        int padded = roundUp(rows, FINE);
        int reach = roundUp(from + rows, step);
        CpuTensor queries = operand(qkv, first + from, rows, padded, h * d, d, query);
        CpuTensor dOuts = operand(dOut, first + from, rows, padded, h * d, d, dOutput);
        CpuTensor scores = score.tensor(padded, reach, false);
        CpuTensor dProbabilities =
            dScore.tensor(2 * padded, reach, false).view(0, padded, 0, reach);
        CpuTensor probabilities = probability.tensor(2 * padded, reach, half);
        CpuTensor dScores = probabilities.view(padded, padded, 0, reach);
        probabilities = probabilities.view(0, padded, 0, reach);
        CpuTensor keysSeen = keys.view(0, reach, 0, d);
        matmul.multiply(1f, queries, false, keysSeen, true, scores, false);
        matmul.multiply(1f, dOuts, false, values.view(0, reach, 0, d), true, dProbabilities, false);
        for (int r = 0; r < rows; r++) {
          int at = first + from + r;
          int n = from + r + 1;
          int seen = heads.firstSeen(n);
          stage.load(out, at, h * d, d, row, 0);
          stage.load(dOut, at, h * d, d, other, 0);
          float mean = ElementKernels.dot(row, 0, other, 0, d, scratch);
          stage.load(scores, r, seen, n - seen, row, seen);
          stage.load(dProbabilities, r, seen, n - seen, other, seen);
          float max = stats.get(at, 2 * h);
          float inverse = stats.get(at, 2 * h + 1);
          ElementKernels.softmaxGradient(row, other, seen, n, scale, max, inverse, mean);
          if (half) {
            ElementKernels.scaleRound(row, seen, n - seen, 1f, halfRow);
            store(halfRow, seen, n, reach, probabilities, r);
            ElementKernels.scaleRound(other, seen, n - seen, 1f, halfRow);
            store(halfRow, seen, n, reach, dScores, r);
          } else {
            store(row, seen, n, reach, probabilities, r);
            store(other, seen, n, reach, dScores, r);
          }
        }
        clear(probabilities, rows);
        clear(dScores, rows);
        CpuTensor dQueries =
            rows == padded
                ? dqkv.view(first + from, rows, h * d, d)
                : result.tensor(padded, d, false);
        matmul.multiply(1f, probabilities, true, dOuts, false, dValues.view(0, reach, 0, d), true);
        matmul.multiply(1f, dScores, false, keysSeen, false, dQueries, false);
        matmul.multiply(1f, dScores, true, queries, false, dKeys.view(0, reach, 0, d), true);
        if (rows != padded) {
          store(dQueries, rows, dqkv, first + from, h * d);
        }
      }
    }
    store(dKeys, length, dqkv, first, keyAt);
    store(dValues, length, dqkv, first, keyAt + heads.keyWidth());
  }

  /**
   * A head of some rows as a factor: where it lies, when that is in the device's precision and
   * needs no padding, else a copy with zeros beyond its rows.
   */
  private CpuTensor operand(
      CpuTensor from, int first, int rows, int padded, int column, int d, Buffer copy) {
    if (from.half == half && rows == padded) {
      return from.view(first, rows, column, d);
    }
    CpuTensor to = copy.tensor(padded, d, half);
    rowsOf(d);
    for (int r = 0; r < rows; r++) {
      stage.load(from, first + r, column, d, row, 0);
      stage.store(row, 0, to, r, 0, d);
    }
    clear(to, rows);
    return to;
  }

  private void store(CpuTensor from, int rows, CpuTensor to, int first, int column) {
    for (int r = 0; r < rows; r++) {
      stage.load(from, r, 0, from.cols, row, 0);
      stage.store(row, 0, to, first + r, column, from.cols);
    }
  }

  /** Puts places {@code from} to {@code n} of a row, zeros before and after up to {@code reach}. */
  private void store(float[] values, int from, int n, int reach, CpuTensor to, int r) {
    Arrays.fill(values, 0, from, 0f);
    Arrays.fill(values, n, reach, 0f);
    to.block.floats.put(to.at(r), values, 0, reach);
  }

  private void store(short[] values, int from, int n, int reach, CpuTensor to, int r) {
    Arrays.fill(values, 0, from, (short) 0);
    Arrays.fill(values, n, reach, (short) 0);
    to.block.halves.put(to.at(r), values, 0, reach);
  }

  /** Zeros from a row on. */
  private void clear(CpuTensor t, int from) {
    if (from < t.rows) {
      Arrays.fill(other, 0, t.cols, 0f);
      for (int r = from; r < t.rows; r++) {
        stage.store(other, 0, t, r, 0, t.cols);
      }
    }
  }

  private void rowsOf(int width) {
    if (row.length < width) {
      row = new float[width];
      other = new float[width];
      halfRow = new short[width];
    }
  }

  static float scale(int headDim) {
    return (float) (1 / Math.sqrt(headDim));
  }

  @Override
  public void close() {
    for (Buffer buffer :
        new Buffer[] {
          query, key, value, score, probability, result, dOutput, dScore, dKey, dValue
        }) {
      buffer.close();
    }
  }
}
