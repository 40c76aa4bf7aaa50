package com.auterity.neuroweaver.jobs.tensor;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.javacpp.BytePointer;

/**
 * A weight matrix packed for oneDNN: one copy for x W^T made at once, one for dy W made when it is
 * first asked for.
 */
final class OneDnnWeights implements Weights {
  private final OneDnn oneDnn;
  private final int out;
  private final int in;
  private final BytePointer plain;
  private final Packed forward;
  private volatile Packed backward;
  private boolean closed;

  /** A right factor (k x n) in the library's layout. */
  static final class Packed {
    final int k;
    final int n;
    final dnnl_memory_desc layout;
    final BytePointer data;
    final dnnl_memory memory;

    Packed(OneDnn oneDnn, int k, int n) {
      this.k = k;
      this.n = n;
      this.layout = oneDnn.packedLayout(k, n);
      this.data = OneDnn.allocate(dnnl_memory_desc_get_size(layout));
      this.memory = oneDnn.memory(layout, data);
    }

    void close() {
      dnnl_memory_destroy(memory);
      data.close();
    }
  }

  OneDnnWeights(OneDnn oneDnn, MatrixSource source) {
    this.oneDnn = oneDnn;
    this.out = source.rows();
    this.in = source.cols();
    this.plain = OneDnn.allocate((long) out * in * oneDnn.factorBytes());
    this.forward = new Packed(oneDnn, in, out);
    update(source);
  }

  @Override
  public int out() {
    return out;
  }

  @Override
  public int in() {
    return in;
  }

  @Override
  public long bytes() {
    return 3L * out * in * oneDnn.factorBytes();
  }

  @Override
  public synchronized void update(MatrixSource source) {
    float[] values = new float[out * in];
    for (int r = 0; r < out; r++) {
      source.read(r, values, r * in);
    }
    try (BytePointer staged = new BytePointer((long) out * in * 4)) {
      staged.asByteBuffer().order(java.nio.ByteOrder.nativeOrder()).asFloatBuffer().put(values);
      dnnl_memory_desc from = OneDnn.matrix(out, in, dnnl_f32, dnnl_ab);
      dnnl_memory_desc to = OneDnn.matrix(out, in, oneDnn.factorType(), dnnl_ab);
      oneDnn.reorder(from, staged, to, plain);
      OneDnn.destroy(from, to);
    }
    pack(forward, dnnl_ba);
    if (backward != null) {
      pack(backward, dnnl_ab);
    }
  }

  Packed forward() {
    return forward;
  }

  Packed backward() {
    Packed packed = backward;
    if (packed == null) {
      synchronized (this) {
        packed = backward;
        if (packed == null) {
          packed = new Packed(oneDnn, out, in);
          pack(packed, dnnl_ab);
          backward = packed;
        }
      }
    }
    return packed;
  }

  private void pack(Packed packed, int layout) {
    dnnl_memory_desc from = OneDnn.matrix(packed.k, packed.n, oneDnn.factorType(), layout);
    oneDnn.reorder(from, plain, packed.layout, packed.data);
    OneDnn.destroy(from);
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    forward.close();
    if (backward != null) {
      backward.close();
    }
    plain.close();
  }
}
