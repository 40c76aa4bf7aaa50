package com.auterity.neuroweaver.jobs.tensor;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * One thread's way into oneDNN: primitives made once for each shape, run over native tensors where
 * they lie. A float32 factor on a bf16 device is rounded into native memory of this object first.
 */
final class Matmul implements AutoCloseable {
  private final OneDnn oneDnn;
  private final boolean half;
  private final dnnl_stream stream;
  private final Map<Shape, Plan> plans = new HashMap<>();
  private final Map<Shape, Plan> roundings = new HashMap<>();
  private final Address leftPlace = new Address();
  private final Address rightPlace = new Address();
  private final Address productPlace = new Address();
  private NativeBlock roundedLeft;
  private NativeBlock roundedRight;

  /** What a primitive is made for; strides count elements, packed factors go by identity. */
  private record Shape(
      int m,
      int n,
      int k,
      int leftRow,
      int leftCol,
      int rightRow,
      int rightCol,
      int productRow,
      int types,
      float alpha,
      boolean accumulate) {}

  /** A primitive with its arguments. */
  private static final class Plan {
    dnnl_primitive primitive;
    dnnl_memory left;
    dnnl_memory right;
    dnnl_memory product;
    dnnl_exec_arg_t args;
    int argCount;

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

  Matmul(OneDnn oneDnn) {
    this.oneDnn = oneDnn;
    this.half = oneDnn.precision() == Precision.BF16;
    this.stream = oneDnn.stream();
  }

  /** c = alpha op(a) op(b), or += when {@code accumulate}. */
  void multiply(
      float alpha,
      CpuTensor a,
      boolean transposeA,
      CpuTensor b,
      boolean transposeB,
      CpuTensor c,
      boolean accumulate) {
    int m = transposeA ? a.cols : a.rows;
    int k = transposeA ? a.rows : a.cols;
    int n = transposeB ? b.rows : b.cols;
    if (k != (transposeB ? b.cols : b.rows) || c.rows != m || c.cols != n) {
      throw new IllegalArgumentException("cannot multiply " + a + " by " + b + " into " + c);
    }
    if (a.half != half) {
      roundedLeft = grown(roundedLeft, (long) a.rows * a.cols * 2);
      a = rounded(a, roundedLeft);
    }
    if (b.half != half) {
      roundedRight = grown(roundedRight, (long) b.rows * b.cols * 2);
      b = rounded(b, roundedRight);
    }
    Shape shape =
        new Shape(
            m,
            n,
            k,
            transposeA ? 1 : a.stride,
            transposeA ? a.stride : 1,
            transposeB ? 1 : b.stride,
            transposeB ? b.stride : 1,
            c.stride,
            c.half ? 1 : 0,
            alpha,
            accumulate);
    Plan plan = plans.get(shape);
    if (plan == null) {
      plan = plain(shape);
      plans.put(shape, plan);
    }
    OneDnn.check(
        dnnl_memory_set_data_handle(plan.right, rightPlace.at(b.address())), "set_data_handle");
    run(plan, a.address(), c.address());
  }

  /** y = x times a packed factor, whose layout is of one library-chosen kind for each shape. */
  void multiply(CpuTensor x, PackedFactor w, CpuTensor y) {
    if (x.cols != w.k || y.cols != w.n || y.rows != x.rows) {
      throw new IllegalArgumentException(
          "cannot multiply " + x + " by (" + w.k + " x " + w.n + ") into " + y);
    }
    if (x.half != half) {
      roundedLeft = grown(roundedLeft, (long) x.rows * x.cols * 2);
      x = rounded(x, roundedLeft);
    }
    packed(x.rows, x.address(), x.stride, w, y.address(), y.stride, y.half ? 1 : 0);
  }

  /** As above for raw operands: unsigned bytes times signed bytes into 32-bit integers. */
  void multiplyBytes(int rows, long left, PackedFactor w, long product) {
    packed(rows, left, w.k, w, product, w.n, 2);
  }

  private void packed(
      int rows, long left, int leftRow, PackedFactor w, long product, int productRow, int types) {
    Shape shape = new Shape(rows, w.n, w.k, leftRow, 1, 0, 0, productRow, types, 1f, false);
    Plan plan = plans.get(shape);
    if (plan == null) {
      int leftType = types == 2 ? dnnl_u8 : oneDnn.factorType();
      int productType = types == 2 ? dnnl_s32 : types == 1 ? dnnl_bf16 : dnnl_f32;
      dnnl_memory_desc src = OneDnn.strided(rows, w.k, leftType, leftRow, 1);
      dnnl_memory_desc dst = OneDnn.strided(rows, w.n, productType, productRow, 1);
      plan = new Plan();
      plan.primitive = oneDnn.matmul(src, w.layout, dst, null);
      plan.left = oneDnn.memory(src, null);
      plan.product = oneDnn.memory(dst, null);
      arguments(plan, w.memory);
      OneDnn.destroy(src, dst);
      plans.put(shape, plan);
    }
    plan.args.position(1).memory(w.memory);
    run(plan, left, product);
  }

  private void run(Plan plan, long left, long product) {
    OneDnn.check(dnnl_memory_set_data_handle(plan.left, leftPlace.at(left)), "set_data_handle");
    OneDnn.check(
        dnnl_memory_set_data_handle(plan.product, productPlace.at(product)), "set_data_handle");
    OneDnn.check(
        dnnl_primitive_execute(plan.primitive, stream, plan.argCount, plan.args.position(0)),
        "execute");
    OneDnn.check(dnnl_stream_wait(stream), "stream_wait");
  }

  private Plan plain(Shape s) {
    int type = oneDnn.factorType();
    dnnl_memory_desc src = OneDnn.strided(s.m, s.k, type, s.leftRow, s.leftCol);
    dnnl_memory_desc weights = OneDnn.strided(s.k, s.n, type, s.rightRow, s.rightCol);
    dnnl_memory_desc dst =
        OneDnn.strided(s.m, s.n, s.types == 1 ? dnnl_bf16 : dnnl_f32, s.productRow, 1);
    dnnl_primitive_attr attributes = null;
    if (s.alpha != 1f || s.accumulate) {
      dnnl_post_ops ops = new dnnl_post_ops();
      OneDnn.check(dnnl_post_ops_create(ops), "post_ops_create");
      if (s.alpha != 1f) {
        OneDnn.check(
            dnnl_post_ops_append_eltwise(ops, dnnl_eltwise_linear, s.alpha, 0f), "append_eltwise");
      }
      if (s.accumulate) {
        OneDnn.check(
            dnnl_post_ops_append_sum(ops, 1f, 0, dnnl_data_type_undef), "post_ops_append_sum");
      }
      attributes = new dnnl_primitive_attr();
      OneDnn.check(dnnl_primitive_attr_create(attributes), "primitive_attr_create");
      OneDnn.check(dnnl_primitive_attr_set_post_ops(attributes, ops), "set_post_ops");
      dnnl_post_ops_destroy(ops);
    }
    Plan plan = new Plan();
    plan.primitive = oneDnn.matmul(src, weights, dst, attributes);
    plan.left = oneDnn.memory(src, null);
    plan.right = oneDnn.memory(weights, null);
    plan.product = oneDnn.memory(dst, null);
    arguments(plan, plan.right);
    if (attributes != null) {
      dnnl_primitive_attr_destroy(attributes);
    }
    OneDnn.destroy(src, weights, dst);
    return plan;
  }

  private static void arguments(Plan plan, dnnl_memory right) {
    plan.argCount = 3;
    plan.args = new dnnl_exec_arg_t(3);
    plan.args.position(0).arg(DNNL_ARG_SRC).memory(plan.left);
    plan.args.position(1).arg(DNNL_ARG_WEIGHTS).memory(right);
    plan.args.position(2).arg(DNNL_ARG_DST).memory(plan.product);
  }

  /** A dense bf16 copy of a float32 tensor. */
  private CpuTensor rounded(CpuTensor x, NativeBlock into) {
    if (x.heap != null || !half) {
      throw new IllegalArgumentException("constants and bf16 tensors are no factors here: " + x);
    }
    Shape shape = new Shape(x.rows, x.cols, 0, x.stride, 1, 0, 0, 0, 0, 1f, false);
    Plan plan = roundings.get(shape);
    if (plan == null) {
      dnnl_memory_desc from = OneDnn.strided(x.rows, x.cols, dnnl_f32, x.stride, 1);
      dnnl_memory_desc to = OneDnn.strided(x.rows, x.cols, dnnl_bf16, x.cols, 1);
      plan = new Plan();
      plan.primitive = oneDnn.reorder(from, to);
      plan.left = oneDnn.memory(from, null);
      plan.product = oneDnn.memory(to, null);
      plan.argCount = 2;
      plan.args = new dnnl_exec_arg_t(2);
      plan.args.position(0).arg(DNNL_ARG_FROM).memory(plan.left);
      plan.args.position(1).arg(DNNL_ARG_TO).memory(plan.product);
      OneDnn.destroy(from, to);
      roundings.put(shape, plan);
    }
    run(plan, x.address(), into.address);
    return new CpuTensor(into, true, 0, x.rows, x.cols, x.cols);
  }

  private static NativeBlock grown(NativeBlock block, long bytes) {
    if (block != null && block.bytes >= bytes) {
      return block;
    }
    if (block != null) {
      block.close();
    }
    return new NativeBlock(bytes);
  }

  @Override
  public void close() {
    plans.values().forEach(Plan::close);
    roundings.values().forEach(Plan::close);
    plans.clear();
    roundings.clear();
    if (roundedLeft != null) {
      roundedLeft.close();
    }
    if (roundedRight != null) {
      roundedRight.close();
    }
    dnnl_stream_destroy(stream);
  }
}
