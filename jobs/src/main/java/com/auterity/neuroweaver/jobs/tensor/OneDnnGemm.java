package com.auterity.neuroweaver.jobs.tensor;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.HashMap;
import java.util.Map;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.BytePointer;

/**
 * One lane's way into oneDNN: primitives made once for each shape, and native memory that heap
 * factors are copied (and rounded to bf16) into. Nothing is allocated after a shape's first call.
 */
final class OneDnnGemm implements AutoCloseable {
  private final OneDnn oneDnn;
  private final boolean bf16;
  private final dnnl_stream stream;
  private final Map<Shape, Plan> plans = new HashMap<>();
  private final Staging left = new Staging();
  private final Staging right = new Staging();
  private final Staging product = new Staging();
  private short[] rounded = new short[0];
  private float[] copied = new float[0];

  private record Shape(boolean packed, int m, int n, int k) {}

  /** Native memory that grows; as bytes, floats and shorts. */
  private static final class Staging {
    BytePointer data = OneDnn.allocate(64);
    FloatBuffer floats;
    ShortBuffer shorts;
    long bytes = 64;

    void need(long wanted) {
      if (wanted > bytes || floats == null) {
        data.close();
        bytes = Math.max(wanted, 64);
        data = OneDnn.allocate(bytes);
        ByteBuffer view = data.asByteBuffer().order(ByteOrder.nativeOrder());
        floats = view.asFloatBuffer();
        shorts = view.asShortBuffer();
      }
    }

    void close() {
      data.close();
    }
  }

  /** A primitive with its arguments. */
  private static final class Plan {
    dnnl_primitive primitive;
    dnnl_memory left;
    dnnl_memory right;
    dnnl_memory product;
    dnnl_exec_arg_t args;

    void close() {
      args.close();
      dnnl_primitive_destroy(primitive);
      dnnl_memory_destroy(left);
      if (right != null) {
        dnnl_memory_destroy(right);
      }
      dnnl_memory_destroy(product);
    }
  }

  OneDnnGemm(OneDnn oneDnn) {
    this.oneDnn = oneDnn;
    this.bf16 = oneDnn.precision() == Precision.BF16;
    this.stream = oneDnn.stream();
  }

  /** y (m x n) = x (m x k) times a packed factor (k x n). */
  void multiply(CpuTensor x, OneDnnWeights.Packed w, CpuTensor y) {
    int m = x.rows;
    if (x.cols != w.k || y.cols != w.n || y.rows != m) {
      throw new IllegalArgumentException(
          "cannot multiply " + x + " by (" + w.k + " x " + w.n + ") into " + y);
    }
    if (m < 2) {
      throw new IllegalArgumentException("a single row has other bytes than two: pad it");
    }
    Plan plan = plans.computeIfAbsent(new Shape(true, m, w.n, w.k), s -> packedPlan(s, w));
    stage(x, left);
    product.need(4L * m * w.n);
    OneDnn.check(dnnl_memory_set_data_handle(plan.left, left.data), "set_data_handle");
    OneDnn.check(dnnl_memory_set_data_handle(plan.product, product.data), "set_data_handle");
    plan.args.position(1).memory(w.memory);
    execute(plan);
    unstage(y, false);
  }

  /** c (m x n) = or += a^T b, where a is (k x m) and b (k x n). */
  void multiplyTransposed(CpuTensor a, CpuTensor b, CpuTensor c, boolean accumulate) {
    if (a.rows != b.rows || c.rows != a.cols || c.cols != b.cols) {
      throw new IllegalArgumentException("cannot multiply " + a + "^T by " + b + " into " + c);
    }
    Plan plan =
        plans.computeIfAbsent(new Shape(false, a.cols, b.cols, a.rows), this::transposedPlan);
    stage(a, left);
    stage(b, right);
    product.need(4L * a.cols * b.cols);
    OneDnn.check(dnnl_memory_set_data_handle(plan.left, left.data), "set_data_handle");
    OneDnn.check(dnnl_memory_set_data_handle(plan.right, right.data), "set_data_handle");
    OneDnn.check(dnnl_memory_set_data_handle(plan.product, product.data), "set_data_handle");
    execute(plan);
    unstage(c, accumulate);
  }

  private void execute(Plan plan) {
    OneDnn.check(
        dnnl_primitive_execute(plan.primitive, stream, 3, plan.args.position(0)), "matmul");
    OneDnn.check(dnnl_stream_wait(stream), "stream_wait");
  }

  private Plan packedPlan(Shape shape, OneDnnWeights.Packed w) {
    dnnl_memory_desc src = OneDnn.matrix(shape.m, shape.k, oneDnn.factorType(), dnnl_ab);
    dnnl_memory_desc dst = OneDnn.matrix(shape.m, shape.n, dnnl_f32, dnnl_ab);
    Plan plan = new Plan();
    plan.primitive = oneDnn.matmul(src, w.layout, dst);
    plan.left = oneDnn.memory(src, null);
    plan.product = oneDnn.memory(dst, null);
    plan.args = arguments(plan.left, w.memory, plan.product);
    OneDnn.destroy(src, dst);
    return plan;
  }

  private Plan transposedPlan(Shape shape) {
    dnnl_memory_desc src = OneDnn.matrix(shape.m, shape.k, oneDnn.factorType(), dnnl_ba);
    dnnl_memory_desc weights = OneDnn.matrix(shape.k, shape.n, oneDnn.factorType(), dnnl_ab);
    dnnl_memory_desc dst = OneDnn.matrix(shape.m, shape.n, dnnl_f32, dnnl_ab);
    Plan plan = new Plan();
    plan.primitive = oneDnn.matmul(src, weights, dst);
    plan.left = oneDnn.memory(src, null);
    plan.right = oneDnn.memory(weights, null);
    plan.product = oneDnn.memory(dst, null);
    plan.args = arguments(plan.left, plan.right, plan.product);
    OneDnn.destroy(src, weights, dst);
    return plan;
  }

  private static dnnl_exec_arg_t arguments(
      dnnl_memory left, dnnl_memory right, dnnl_memory product) {
    dnnl_exec_arg_t args = new dnnl_exec_arg_t(3);
    args.position(0).arg(DNNL_ARG_SRC).memory(left);
    args.position(1).arg(DNNL_ARG_WEIGHTS).memory(right);
    args.position(2).arg(DNNL_ARG_DST).memory(product);
    return args.position(0);
  }

  private void stage(CpuTensor x, Staging to) {
    int size = x.size();
    if (bf16) {
      to.need(2L * size);
      if (rounded.length < size) {
        rounded = new short[size];
      }
      if (x.dense()) {
        round(x.data, x.offset, rounded, 0, size);
      } else {
        for (int r = 0; r < x.rows; r++) {
          round(x.data, x.offset + r * x.stride, rounded, r * x.cols, x.cols);
        }
      }
      to.shorts.put(0, rounded, 0, size);
    } else {
      to.need(4L * size);
      if (x.dense()) {
        to.floats.put(0, x.data, x.offset, size);
      } else {
        for (int r = 0; r < x.rows; r++) {
          to.floats.put(r * x.cols, x.data, x.offset + r * x.stride, x.cols);
        }
      }
    }
  }

  private void unstage(CpuTensor y, boolean accumulate) {
    if (!accumulate) {
      if (y.dense()) {
        product.floats.get(0, y.data, y.offset, y.size());
      } else {
        for (int r = 0; r < y.rows; r++) {
          product.floats.get(r * y.cols, y.data, y.offset + r * y.stride, y.cols);
        }
      }
      return;
    }
    if (copied.length < y.size()) {
      copied = new float[y.size()];
    }
    product.floats.get(0, copied, 0, y.size());
    for (int r = 0; r < y.rows; r++) {
      int to = y.offset + r * y.stride;
      int from = r * y.cols;
      for (int c = 0; c < y.cols; c++) {
        y.data[to + c] += copied[from + c];
      }
    }
  }

  /** Rounds to the nearest bf16, ties to even. */
  static void round(float[] from, int fromOffset, short[] to, int toOffset, int count) {
    int i = 0;
    for (; i + Lanes.WIDTH <= count; i += Lanes.WIDTH) {
      IntVector bits = FloatVector.fromArray(Lanes.F, from, fromOffset + i).reinterpretAsInts();
      IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
      IntVector top = bits.add(odd).add(0x7fff).lanewise(VectorOperators.LSHR, 16);
      ((ShortVector) top.convertShape(VectorOperators.I2S, Lanes.HALF, 0))
          .intoArray(to, toOffset + i);
    }
    for (; i < count; i++) {
      int bits = Float.floatToRawIntBits(from[fromOffset + i]);
      to[toOffset + i] = (short) ((bits + ((bits >>> 16) & 1) + 0x7fff) >>> 16);
    }
  }

  @Override
  public void close() {
    plans.values().forEach(Plan::close);
    plans.clear();
    left.close();
    right.close();
    product.close();
    dnnl_stream_destroy(stream);
  }
}
