package com.auterity.neuroweaver.jobs.tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A workspace on the CPU: native memory used again and again, and the threads that work in it. */
final class CpuLane implements Lane {
  /** Numbers in a kernel's tensor below which it is not shared out among threads. */
  private static final int SMALL = 1 << 15;

  private final CpuDevice device;
  private final boolean half;
  private final CpuTeam team;
  private final Map<Long, ArrayDeque<NativeBlock>> free = new HashMap<>();
  private final List<NativeBlock> lent = new ArrayList<>();

  CpuLane(CpuDevice device, OneDnn oneDnn, int threads) {
    this.device = device;
    this.half = oneDnn.precision() == Precision.BF16;
    this.team = new CpuTeam(threads, oneDnn);
  }

  int threads() {
    return team.threads();
  }

  @Override
  public Tensor tensor(int rows, int cols) {
    return tensor(rows, cols, false);
  }

  @Override
  public Tensor narrow(int rows, int cols) {
    return tensor(rows, cols, half);
  }

  private CpuTensor tensor(int rows, int cols, boolean narrow) {
    long size = NativeBlock.capacity((long) rows * cols * (narrow ? 2 : 4));
    ArrayDeque<NativeBlock> fitting = free.get(size);
    NativeBlock block = fitting == null ? null : fitting.poll();
    if (block == null) {
      block = new NativeBlock(size);
    }
    lent.add(block);
    return new CpuTensor(block, narrow, 0, rows, cols, cols);
  }

  @Override
  public Tensor zeros(int rows, int cols) {
    CpuTensor t = tensor(rows, cols, false);
    team.first().kernels.fill(t, 0f, 0, rows);
    return t;
  }

  @Override
  public void free(Tensor tensor) {
    NativeBlock block = ((CpuTensor) tensor).block;
    for (int i = lent.size() - 1; i >= 0; i--) {
      if (lent.get(i) == block) {
        lent.set(i, lent.get(lent.size() - 1));
        lent.remove(lent.size() - 1);
        free.computeIfAbsent(block.bytes, n -> new ArrayDeque<>()).push(block);
        return;
      }
    }
    throw new IllegalArgumentException("this lane did not lend " + tensor);
  }

  @Override
  public Tensor columns(Tensor tensor, int from, int count) {
    return ((CpuTensor) tensor).view(0, tensor.rows(), from, count);
  }

  @Override
  public Tensor rows(Tensor tensor, int from, int count) {
    return ((CpuTensor) tensor).view(from, count, 0, tensor.cols());
  }

  @Override
  public void write(Tensor tensor, float[] values, int offset) {
    CpuTensor t = (CpuTensor) tensor;
    for (int r = 0; r < t.rows; r++) {
      team.first().kernels.stage.store(values, offset + r * t.cols, t, r, 0, t.cols);
    }
  }

  @Override
  public void read(Tensor tensor, float[] values, int offset) {
    CpuTensor t = (CpuTensor) tensor;
    for (int r = 0; r < t.rows; r++) {
      team.first().kernels.stage.load(t, r, 0, t.cols, values, offset + r * t.cols);
    }
  }

  @Override
  public void linear(Tensor x, Weights w, Tensor y) {
    if (!w.singleRows()) {
      many(x);
    }
    ((CpuWeights) w).forward(team, (CpuTensor) x, (CpuTensor) y);
  }

  @Override
  public void linearInput(Tensor dy, Weights w, Tensor dx) {
    many(dy);
    ((CpuWeights) w).backward(team, (CpuTensor) dy, (CpuTensor) dx);
  }

  private static void many(Tensor x) {
    if (x.rows() < 2) {
      throw new IllegalArgumentException("a single row has other bytes than two: pad it");
    }
  }

  @Override
  public void linearWeight(Tensor dy, Tensor x, Tensor dw, boolean accumulate) {
    gemm(1f, dy, true, x, false, dw, accumulate);
  }

  @Override
  public void gemm(
      float alpha,
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      Tensor c,
      boolean accumulate) {
    team.first()
        .matmul
        .multiply(
            alpha, (CpuTensor) a, transposeA, (CpuTensor) b, transposeB, (CpuTensor) c, accumulate);
  }

  /** A kernel over a range of rows. */
  private interface RowKernel {
    void run(CpuKernels kernels, int from, int to);
  }

  /** Runs a kernel over all rows of a tensor this wide, shared out where that pays. */
  private void rows(CpuTensor t, RowKernel kernel) {
    int rows = t.rows;
    int pieces = (long) rows * t.cols < SMALL ? 1 : Math.min(rows, 2 * team.threads());
    if (team.threads() == 1 || pieces <= 1) {
      kernel.run(team.first().kernels, 0, rows);
      return;
    }
    team.run(
        pieces,
        (worker, i) -> kernel.run(worker.kernels, rows * i / pieces, rows * (i + 1) / pieces));
  }

  @Override
  public void copy(Tensor from, Tensor to) {
    CpuTensor a = (CpuTensor) from;
    CpuTensor b = (CpuTensor) to;
    rows(a, (kernels, first, end) -> kernels.copy(a, b, first, end));
  }

  @Override
  public void add(Tensor x, Tensor y) {
    CpuTensor a = (CpuTensor) x;
    CpuTensor b = (CpuTensor) y;
    rows(a, (kernels, first, end) -> kernels.add(a, b, first, end));
  }

  @Override
  public void addRow(Tensor row, Tensor y) {
    CpuTensor a = (CpuTensor) row;
    CpuTensor b = (CpuTensor) y;
    rows(b, (kernels, first, end) -> kernels.addRow(a, b, first, end));
  }

  @Override
  public void sumRows(Tensor x, Tensor sums) {
    team.first().kernels.sumRows((CpuTensor) x, (CpuTensor) sums);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, double eps, Tensor y, Tensor inverse) {
    CpuTensor a = (CpuTensor) x;
    CpuTensor w = (CpuTensor) weight;
    CpuTensor b = (CpuTensor) y;
    CpuTensor s = (CpuTensor) inverse;
    rows(a, (kernels, first, end) -> kernels.rmsNorm(a, w, eps, b, s, first, end));
  }

  @Override
  public void rmsNormBackward(
      Tensor dy, Tensor x, Tensor weight, Tensor inverse, Tensor dx, Tensor dWeight) {
    CpuTensor a = (CpuTensor) dy;
    CpuTensor b = (CpuTensor) x;
    CpuTensor w = (CpuTensor) weight;
    CpuTensor s = (CpuTensor) inverse;
    CpuTensor c = (CpuTensor) dx;
    team.first().kernels.rmsNormBackward(a, b, w, s, c, (CpuTensor) dWeight, false, 0, a.rows);
  }

  @Override
  public void headNorm(Tensor x, Tensor weight, double eps, Tensor y, Tensor inverse) {
    CpuTensor a = (CpuTensor) x;
    CpuTensor w = (CpuTensor) weight;
    CpuTensor b = (CpuTensor) y;
    CpuTensor s = (CpuTensor) inverse;
    rows(
        a,
        (kernels, first, end) -> {
          for (int h = 0; h < w.rows; h++) {
            kernels.rmsNorm(
                head(a, w, h),
                w.view(h, 1, 0, w.cols),
                eps,
                head(b, w, h),
                s.view(0, s.rows, h, 1),
                first,
                end);
          }
        });
  }

  @Override
  public void headNormBackward(Tensor dy, Tensor x, Tensor weight, Tensor inverse, Tensor dWeight) {
    CpuTensor g = (CpuTensor) dy;
    CpuTensor a = (CpuTensor) x;
    CpuTensor w = (CpuTensor) weight;
    CpuTensor s = (CpuTensor) inverse;
    CpuTensor dw = (CpuTensor) dWeight;
    for (int h = 0; h < w.rows; h++) {
      CpuTensor gradient = head(g, w, h);
      team.first()
          .kernels
          .rmsNormBackward(
              gradient,
              head(a, w, h),
              w.view(h, 1, 0, w.cols),
              s.view(0, s.rows, h, 1),
              gradient,
              dw == null ? null : dw.view(h, 1, 0, w.cols),
              true,
              0,
              g.rows);
    }
  }

  private static CpuTensor head(CpuTensor t, CpuTensor weight, int h) {
    return t.view(0, t.rows, h * weight.cols, weight.cols);
  }

  @Override
  public void rotary(
      Tensor x, int heads, int headDim, int[] positions, RotaryTable table, boolean backward) {
    CpuTensor a = (CpuTensor) x;
    rows(
        a,
        (kernels, first, end) ->
            kernels.rotary(a, heads, headDim, positions, table, backward, first, end));
  }

  @Override
  public void attention(Tensor qkv, Heads heads, int[] bounds, Tensor out, Tensor stats) {
    CpuTensor a = (CpuTensor) qkv;
    CpuTensor o = (CpuTensor) out;
    CpuTensor s = (CpuTensor) stats;
    team.run(
        heads.kvHeads() * (bounds.length - 1),
        (worker, i) -> {
          int segment = i / heads.kvHeads();
          int first = bounds[segment];
          int length = bounds[segment + 1] - first;
          worker.attention.forward(a, heads, first, length, i % heads.kvHeads(), o, s);
        });
  }

  @Override
  public void attentionBackward(
      Tensor dOut, Tensor qkv, Tensor out, Tensor stats, Heads heads, int[] bounds, Tensor dqkv) {
    CpuTensor g = (CpuTensor) dOut;
    CpuTensor a = (CpuTensor) qkv;
    CpuTensor o = (CpuTensor) out;
    CpuTensor s = (CpuTensor) stats;
    CpuTensor d = (CpuTensor) dqkv;
    team.run(
        heads.kvHeads() * (bounds.length - 1),
        (worker, i) -> {
          int segment = i / heads.kvHeads();
          int first = bounds[segment];
          int length = bounds[segment + 1] - first;
          worker.attention.backward(g, a, o, s, heads, first, length, i % heads.kvHeads(), d);
        });
  }

  @Override
  public KeyValues keyValues(Heads heads, int capacity) {
    return new CpuKeyValues(heads, capacity);
  }

  @Override
  public void cache(Tensor qkv, int from, int count, KeyValues cache, int position) {
    ((CpuKeyValues) cache).put(team.first().kernels.stage, (CpuTensor) qkv, from, count, position);
  }

  @Override
  public void attentionCached(Tensor qkv, List<KeyValues> caches, int[] lengths, Tensor out) {
    if (caches.isEmpty()) {
      return;
    }
    CpuTensor a = (CpuTensor) qkv;
    CpuTensor o = (CpuTensor) out;
    int kvHeads = ((CpuKeyValues) caches.get(0)).heads.kvHeads();
    team.run(
        caches.size() * kvHeads,
        (worker, i) -> {
          int row = i / kvHeads;
          worker.cached.run(a, row, (CpuKeyValues) caches.get(row), lengths[row], i % kvHeads, o);
        });
  }

  @Override
  public void swiglu(Tensor x, Tensor y) {
    CpuTensor a = (CpuTensor) x;
    CpuTensor b = (CpuTensor) y;
    rows(a, (kernels, first, end) -> kernels.swiglu(a, b, first, end));
  }

  @Override
  public void swigluBackward(Tensor dy, Tensor x, Tensor dx) {
    CpuTensor g = (CpuTensor) dy;
    CpuTensor a = (CpuTensor) x;
    CpuTensor b = (CpuTensor) dx;
    rows(a, (kernels, first, end) -> kernels.swigluBackward(g, a, b, first, end));
  }

  @Override
  public double crossEntropy(Tensor logits, int[] targets, int from, Tensor gradient) {
    CpuTensor a = (CpuTensor) logits;
    return team.first().kernels.crossEntropy(a, targets, from, (CpuTensor) gradient, 0, a.rows);
  }

  @Override
  public void softmax(Tensor x) {
    CpuTensor a = (CpuTensor) x;
    rows(a, (kernels, first, end) -> kernels.softmax(a, first, end));
  }

  @Override
  public void likeliest(Tensor logits, int[] index, float[] probability) {
    CpuTensor a = (CpuTensor) logits;
    rows(a, (kernels, first, end) -> kernels.likeliest(a, index, probability, first, end));
  }

  @Override
  public void embed(MatrixSource table, int[] ids, Tensor y) {
    CpuTensor b = (CpuTensor) y;
    team.first().kernels.embed(table, ids, b, 0, b.rows);
  }

  @Override
  public void gather(Tensor table, int[] ids, int from, Tensor y) {
    CpuTensor a = (CpuTensor) table;
    CpuTensor b = (CpuTensor) y;
    rows(b, (kernels, first, end) -> kernels.gather(a, ids, from, b, first, end));
  }

  @Override
  public void scatterAdd(Tensor x, int[] ids, int from, Tensor table) {
    team.first().kernels.scatterAdd((CpuTensor) x, ids, from, (CpuTensor) table);
  }

  @Override
  public void dropout(Tensor x, double p, long key, Tensor y) {
    dropout((CpuTensor) x, p, key, (CpuTensor) y, false);
  }

  @Override
  public void dropoutAdd(Tensor x, double p, long key, Tensor y) {
    dropout((CpuTensor) x, p, key, (CpuTensor) y, true);
  }

  private void dropout(CpuTensor x, double p, long key, CpuTensor y, boolean accumulate) {
    rows(x, (kernels, first, end) -> kernels.dropout(x, p, key, y, accumulate, first, end));
  }

  @Override
  public long helperCpuNanos() {
    return team.helperCpuNanos();
  }

  /** Gives what it lent back to itself and waits for its next user. */
  @Override
  public void close() {
    for (NativeBlock block : lent) {
      free.computeIfAbsent(block.bytes, n -> new ArrayDeque<>()).push(block);
    }
    lent.clear();
    device.release(this);
  }

  void destroy() {
    free.values().forEach(blocks -> blocks.forEach(NativeBlock::close));
    free.clear();
    team.close();
  }
}
