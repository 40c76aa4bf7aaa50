package com.auterity.neuroweaver.bench;

import static org.bytedeco.dnnl.global.dnnl.*;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.BytePointer;

/**
 * One thread's GEMM through oneDNN: (m x k) times a right factor (k x n) in the layout the library
 * likes best. The factor may be another's, as weights are shared between threads.
 */
final class Gemm implements AutoCloseable {
  private static final int LINE = 64;

  private final List<AutoCloseable> closing = new ArrayList<>();
  private final dnnl_stream stream = new dnnl_stream();
  private final dnnl_primitive primitive = new dnnl_primitive();
  private final dnnl_exec_arg_t arguments;
  private final dnnl_memory right;
  private final double operations;

  Gemm(GemmKind kind, int m, int n, int k, Gemm sharingRight) {
    this.operations = 2.0 * m * n * k;
    dnnl_engine engine = new dnnl_engine();
    check(dnnl_engine_create(engine, dnnl_cpu, 0), "engine_create");
    closing.add(() -> dnnl_engine_destroy(engine));
    check(dnnl_stream_create(stream, engine, dnnl_stream_default_flags), "stream_create");
    closing.add(() -> dnnl_stream_destroy(stream));
    dnnl_memory_desc left = matrix(m, k, kind.left, dnnl_ab);
    dnnl_memory_desc any = matrix(k, n, kind.right, dnnl_format_tag_any);
    dnnl_memory_desc product = matrix(m, n, kind.product, dnnl_ab);
    dnnl_primitive_desc chosen = new dnnl_primitive_desc();
    check(
        dnnl_matmul_primitive_desc_create(chosen, engine, left, any, null, product, null),
        "matmul_primitive_desc_create");
    closing.add(() -> dnnl_primitive_desc_destroy(chosen));
    check(dnnl_primitive_create(primitive, chosen), "primitive_create");
    closing.add(() -> dnnl_primitive_destroy(primitive));
    dnnl_memory_desc packed = dnnl_primitive_desc_query_md(chosen, dnnl_query_weights_md, 0);
    this.right =
        sharingRight == null ? memory(engine, packed, kind.rightBytes) : sharingRight.right;
    this.arguments = new dnnl_exec_arg_t(3);
    closing.add(arguments);
    arguments.position(0).arg(DNNL_ARG_SRC).memory(memory(engine, left, kind.leftBytes));
    arguments.position(1).arg(DNNL_ARG_WEIGHTS).memory(right);
    arguments.position(2).arg(DNNL_ARG_DST).memory(memory(engine, product, kind.productBytes));
    arguments.position(0);
  }

  private dnnl_memory_desc matrix(int rows, int cols, int type, int layout) {
    dnnl_memory_desc desc = new dnnl_memory_desc();
    check(
        dnnl_memory_desc_create_with_tag(desc, 2, new long[] {rows, cols}, type, layout),
        "memory_desc_create");
    closing.add(() -> dnnl_memory_desc_destroy(desc));
    return desc;
  }

  /** Memory of this layout whose numbers are small and not all zero. */
  private dnnl_memory memory(dnnl_engine engine, dnnl_memory_desc desc, int elementBytes) {
    long bytes = dnnl_memory_desc_get_size(desc);
    BytePointer block = new BytePointer(bytes + LINE);
    closing.add(block);
    // 0x3c3c is about 0.011 as bf16, 0x3c3c3c3c as much as float32, 60 as an integer.
    BytePointer.memset(block, elementBytes == 1 ? 3 : 0x3c, bytes + LINE);
    long past = block.address() & (LINE - 1);
    block.position(past == 0 ? 0 : LINE - past);
    dnnl_memory memory = new dnnl_memory();
    check(dnnl_memory_create(memory, desc, engine, block), "memory_create");
    closing.add(() -> dnnl_memory_destroy(memory));
    return memory;
  }

  /** Multiplications and additions of one run. */
  double operations() {
    return operations;
  }

  void run() {
    check(dnnl_primitive_execute(primitive, stream, 3, arguments), "matmul");
    check(dnnl_stream_wait(stream), "stream_wait");
  }

  private static void check(int status, String what) {
    if (status != dnnl_success) {
      throw new NeuroWeaverException(
          ErrorKind.INTERNAL, "oneDNN answered status " + status + " to " + what);
    }
  }

  @Override
  public void close() {
    for (int i = closing.size() - 1; i >= 0; i--) {
      try {
        closing.get(i).close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    closing.clear();
  }
}
