package com.auterity.neuroweaver.jobs.tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A thread's workspace on the CPU: heap arrays used again and again, and the kernels. */
final class CpuLane implements Lane {
  private final CpuDevice device;
  private final OneDnnGemm oneDnn;
  private final AttentionKernel attention = new AttentionKernel();
  private final float[] scratch = new float[Lanes.WIDTH];
  private final Map<Integer, ArrayDeque<float[]>> free = new HashMap<>();
  private final List<float[]> lent = new ArrayList<>();

  CpuLane(CpuDevice device, OneDnn oneDnn) {
    this.device = device;
    this.oneDnn = new OneDnnGemm(oneDnn);
  }

  @Override
  public Tensor tensor(int rows, int cols) {
    int size = capacity(Math.multiplyExact(rows, cols));
    ArrayDeque<float[]> fitting = free.get(size);
    float[] data = fitting == null ? null : fitting.poll();
    if (data == null) {
      data = new float[size];
    }
    lent.add(data);
    return new CpuTensor(data, 0, rows, cols, cols);
  }

  /** Sizes grow by quarters of a power of two, so that arrays fit again. */
  private static int capacity(int size) {
    int quarter = Math.max(64, Integer.highestOneBit(Math.max(1, size - 1)) / 4);
    return Math.multiplyExact((size + quarter - 1) / quarter, quarter);
  }

  @Override
  public Tensor zeros(int rows, int cols) {
    CpuTensor t = (CpuTensor) tensor(rows, cols);
    Arrays.fill(t.data, 0, t.size(), 0f);
    return t;
  }

  @Override
  public void free(Tensor tensor) {
    float[] data = ((CpuTensor) tensor).data;
    for (int i = lent.size() - 1; i >= 0; i--) {
      if (lent.get(i) == data) {
        lent.set(i, lent.get(lent.size() - 1));
        lent.remove(lent.size() - 1);
        free.computeIfAbsent(data.length, n -> new ArrayDeque<>()).push(data);
        return;
      }
    }
    throw new IllegalArgumentException("this lane did not lend " + tensor);
  }

  @Override
  public Tensor columns(Tensor tensor, int from, int count) {
    CpuTensor t = (CpuTensor) tensor;
    if (from < 0 || count < 0 || from + count > t.cols) {
      throw new IndexOutOfBoundsException(from + " + " + count + " of " + t);
    }
    return new CpuTensor(t.data, t.offset + from, t.rows, count, t.stride);
  }

  @Override
  public Tensor rows(Tensor tensor, int from, int count) {
    CpuTensor t = (CpuTensor) tensor;
    if (from < 0 || count < 0 || from + count > t.rows) {
      throw new IndexOutOfBoundsException(from + " + " + count + " of " + t);
    }
    return new CpuTensor(t.data, t.offset + from * t.stride, count, t.cols, t.stride);
  }

  @Override
  public void write(Tensor tensor, float[] values, int offset) {
    CpuTensor t = (CpuTensor) tensor;
    for (int r = 0; r < t.rows; r++) {
      System.arraycopy(values, offset + r * t.cols, t.data, t.offset + r * t.stride, t.cols);
    }
  }

  @Override
  public void read(Tensor tensor, float[] values, int offset) {
    CpuTensor t = (CpuTensor) tensor;
    for (int r = 0; r < t.rows; r++) {
      System.arraycopy(t.data, t.offset + r * t.stride, values, offset + r * t.cols, t.cols);
    }
  }

  @Override
  public void linear(Tensor x, Weights w, Tensor y) {
    oneDnn.multiply((CpuTensor) x, ((OneDnnWeights) w).forward(), (CpuTensor) y);
  }

  @Override
  public void linearInput(Tensor dy, Weights w, Tensor dx) {
    oneDnn.multiply((CpuTensor) dy, ((OneDnnWeights) w).backward(), (CpuTensor) dx);
  }

  @Override
  public void linearWeight(Tensor dy, Tensor x, Tensor dw, boolean accumulate) {
    oneDnn.multiplyTransposed((CpuTensor) dy, (CpuTensor) x, (CpuTensor) dw, accumulate);
  }

  @Override
  public void gemm(
      float alpha,
      Tensor left,
      boolean transposeLeft,
      Tensor right,
      boolean transposeRight,
      Tensor product,
      boolean accumulate) {
    CpuTensor a = (CpuTensor) left;
    CpuTensor b = (CpuTensor) right;
    CpuTensor c = (CpuTensor) product;
    int m = transposeLeft ? a.cols : a.rows;
    int k = transposeLeft ? a.rows : a.cols;
    int n = transposeRight ? b.rows : b.cols;
    if (k != (transposeRight ? b.cols : b.rows) || c.rows != m || c.cols != n) {
      throw new IllegalArgumentException("cannot multiply " + a + " by " + b + " into " + c);
    }
    CpuTensor factor = b;
    if (transposeRight || alpha != 1f) {
      factor = (CpuTensor) tensor(k, n);
      for (int p = 0; p < k; p++) {
        for (int j = 0; j < n; j++) {
          float value =
              transposeRight
                  ? b.data[b.offset + j * b.stride + p]
                  : b.data[b.offset + p * b.stride + j];
          factor.data[p * n + j] = alpha * value;
        }
      }
    }
    VectorGemm.multiply(
        m,
        n,
        k,
        a.data,
        a.offset,
        transposeLeft ? 1 : a.stride,
        transposeLeft ? a.stride : 1,
        factor.data,
        factor.offset,
        factor.stride,
        c.data,
        c.offset,
        c.stride,
        accumulate);
    if (factor != b) {
      free(factor);
    }
  }

  @Override
  public void copy(Tensor from, Tensor to) {
    CpuTensor a = (CpuTensor) from;
    write(to, a, a.rows);
  }

  private static void write(Tensor to, CpuTensor a, int rows) {
    CpuTensor b = (CpuTensor) to;
    for (int r = 0; r < rows; r++) {
      System.arraycopy(a.data, a.offset + r * a.stride, b.data, b.offset + r * b.stride, a.cols);
    }
  }

  @Override
  public void add(Tensor x, Tensor y) {
    CpuTensor a = (CpuTensor) x;
    CpuTensor b = (CpuTensor) y;
    for (int r = 0; r < a.rows; r++) {
      ElementKernels.add(a.data, a.offset + r * a.stride, b.data, b.offset + r * b.stride, a.cols);
    }
  }

  @Override
  public void addRow(Tensor row, Tensor y) {
    CpuTensor a = (CpuTensor) row;
    CpuTensor b = (CpuTensor) y;
    for (int r = 0; r < b.rows; r++) {
      ElementKernels.add(a.data, a.offset, b.data, b.offset + r * b.stride, b.cols);
    }
  }

  @Override
  public void sumRows(Tensor x, Tensor sums) {
    CpuTensor a = (CpuTensor) x;
    CpuTensor b = (CpuTensor) sums;
    for (int r = 0; r < a.rows; r++) {
      ElementKernels.add(a.data, a.offset + r * a.stride, b.data, b.offset, a.cols);
    }
  }

  @Override
  public void headNorm(Tensor x, Tensor weight, double eps, Tensor y, Tensor inverse) {
    CpuTensor w = (CpuTensor) weight;
    for (int h = 0; h < w.rows; h++) {
      Tensor from = columns(x, h * w.cols, w.cols);
      Tensor to = columns(y, h * w.cols, w.cols);
      rmsNorm(from, rows(w, h, 1), eps, to, columns(inverse, h, 1));
    }
  }

  @Override
  public void headNormBackward(Tensor dy, Tensor x, Tensor weight, Tensor inverse, Tensor dWeight) {
    CpuTensor w = (CpuTensor) weight;
    CpuTensor dx = (CpuTensor) tensor(dy.rows(), w.cols);
    for (int h = 0; h < w.rows; h++) {
      Tensor head = columns(dy, h * w.cols, w.cols);
      for (int r = 0; r < dx.rows; r++) {
        Arrays.fill(dx.data, dx.offset + r * dx.stride, dx.offset + r * dx.stride + dx.cols, 0f);
      }
      rmsNormBackward(
          head,
          columns(x, h * w.cols, w.cols),
          rows(w, h, 1),
          columns(inverse, h, 1),
          dx,
          dWeight == null ? null : rows(dWeight, h, 1));
      copy(dx, head);
    }
    free(dx);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, double eps, Tensor y, Tensor inverse) {
    ElementKernels.rmsNorm(
        (CpuTensor) x, (CpuTensor) weight, eps, (CpuTensor) y, (CpuTensor) inverse, scratch);
  }

  @Override
  public void rmsNormBackward(
      Tensor dy, Tensor x, Tensor weight, Tensor inverse, Tensor dx, Tensor dWeight) {
    ElementKernels.rmsNormBackward(
        (CpuTensor) dy,
        (CpuTensor) x,
        (CpuTensor) weight,
        (CpuTensor) inverse,
        (CpuTensor) dx,
        (CpuTensor) dWeight,
        scratch);
  }

  @Override
  public void rotary(
      Tensor x, int heads, int headDim, int[] positions, RotaryTable table, boolean backward) {
    ElementKernels.rotary((CpuTensor) x, heads, headDim, positions, table, backward);
  }

  @Override
  public void attention(Tensor qkv, Heads heads, int[] bounds, Tensor out, Tensor stats) {
    attention.forward((CpuTensor) qkv, heads, bounds, (CpuTensor) out, (CpuTensor) stats);
  }

  @Override
  public void attentionBackward(
      Tensor dOut, Tensor qkv, Tensor out, Tensor stats, Heads heads, int[] bounds, Tensor dqkv) {
    attention.backward(
        (CpuTensor) dOut,
        (CpuTensor) qkv,
        (CpuTensor) out,
        (CpuTensor) stats,
        heads,
        bounds,
        (CpuTensor) dqkv);
  }

  @Override
  public void cache(Tensor qkv, int row, Heads heads, Tensor keys, Tensor values, int position) {
    CpuTensor x = (CpuTensor) qkv;
    CpuTensor k = (CpuTensor) keys;
    CpuTensor v = (CpuTensor) values;
    int width = heads.keyWidth();
    int at = x.offset + row * x.stride + heads.queryWidth();
    for (int i = 0; i < width; i++) {
      k.data[k.offset + i * k.stride + position] = x.data[at + i];
    }
    System.arraycopy(x.data, at + width, v.data, v.offset + position * v.stride, width);
  }

  @Override
  public void attentionCached(
      Tensor qkv, int row, Heads heads, Tensor keys, Tensor values, int length, Tensor out) {
    attention.cached(
        (CpuTensor) qkv, row, heads, (CpuTensor) keys, (CpuTensor) values, length, (CpuTensor) out);
  }

  @Override
  public void swiglu(Tensor x, Tensor y) {
    ElementKernels.swiglu((CpuTensor) x, (CpuTensor) y);
  }

  @Override
  public void swigluBackward(Tensor dy, Tensor x, Tensor dx) {
    ElementKernels.swigluBackward((CpuTensor) dy, (CpuTensor) x, (CpuTensor) dx);
  }

  @Override
  public double crossEntropy(Tensor logits, int[] targets, int from, boolean gradient) {
    return ElementKernels.crossEntropy((CpuTensor) logits, targets, from, gradient, scratch);
  }

  @Override
  public void softmax(Tensor x) {
    CpuTensor t = (CpuTensor) x;
    for (int r = 0; r < t.rows; r++) {
      int at = t.offset + r * t.stride;
      float max = ElementKernels.max(t.data, at, t.cols, scratch);
      float sum = ElementKernels.expInPlace(t.data, at, t.cols, 1f, max, scratch);
      ElementKernels.scale(t.data, at, t.cols, 1f / sum);
    }
  }

  @Override
  public void embed(MatrixSource table, int[] ids, Tensor y) {
    CpuTensor b = (CpuTensor) y;
    for (int r = 0; r < b.rows; r++) {
      int at = b.offset + r * b.stride;
      if (ids[r] < 0) {
        Arrays.fill(b.data, at, at + b.cols, 0f);
      } else {
        table.read(ids[r], b.data, at);
      }
    }
  }

  @Override
  public void gather(Tensor table, int[] ids, int from, Tensor y) {
    CpuTensor a = (CpuTensor) table;
    CpuTensor b = (CpuTensor) y;
    for (int r = 0; r < b.rows; r++) {
      int id = from + r < ids.length ? ids[from + r] : -1;
      int to = b.offset + r * b.stride;
      if (id < 0) {
        Arrays.fill(b.data, to, to + b.cols, 0f);
      } else {
        System.arraycopy(a.data, a.offset + id * a.stride, b.data, to, b.cols);
      }
    }
  }

  @Override
  public void scatterAdd(Tensor x, int[] ids, int from, Tensor table) {
    CpuTensor a = (CpuTensor) x;
    CpuTensor b = (CpuTensor) table;
    for (int r = 0; r < a.rows; r++) {
      int id = from + r < ids.length ? ids[from + r] : -1;
      if (id >= 0) {
        ElementKernels.add(
            a.data, a.offset + r * a.stride, b.data, b.offset + id * b.stride, a.cols);
      }
    }
  }

  @Override
  public void dropout(Tensor x, double p, long key, Tensor y) {
    ElementKernels.dropout((CpuTensor) x, p, key, (CpuTensor) y, false);
  }

  @Override
  public void dropoutAdd(Tensor x, double p, long key, Tensor y) {
    ElementKernels.dropout((CpuTensor) x, p, key, (CpuTensor) y, true);
  }

  @Override
  public void close() {
    for (float[] data : lent) {
      free.computeIfAbsent(data.length, n -> new ArrayDeque<>()).push(data);
    }
    lent.clear();
    device.release(this);
  }

  /** Frees native memory; only the device calls this. */
  void destroy() {
    oneDnn.close();
  }
}
