package com.auterity.neuroweaver.jobs.tensor;

import static org.bytedeco.dnnl.global.dnnl.*;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.javacpp.Pointer;

/** oneDNN's CPU engine: descriptors, packed layouts and reorders; every status is checked. */
final class OneDnn {
  /** Rows of the GEMM a packed layout is chosen for; fixed, so that bytes hang on no history. */
  private static final int REFERENCE_ROWS = 512;

  private final dnnl_engine engine = new dnnl_engine();
  private final Precision precision;
  private final Map<List<Integer>, dnnl_memory_desc> packedLayouts = new HashMap<>();

  OneDnn(Precision precision) {
    this.precision = precision;
    check(dnnl_engine_create(engine, dnnl_cpu, 0), "engine_create");
  }

  static boolean multipliesBf16() {
    int isa = dnnl_get_effective_cpu_isa();
    return (isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
  }

  /** Whether byte products are summed without saturating in between (VNNI). */
  static boolean multipliesBytes() {
    int isa = dnnl_get_effective_cpu_isa();
    return (isa & dnnl_cpu_isa_avx512_core_vnni) == dnnl_cpu_isa_avx512_core_vnni
        || (isa & dnnl_cpu_isa_avx2_vnni) == dnnl_cpu_isa_avx2_vnni;
  }

  static String version() {
    dnnl_version_t version = dnnl_version();
    return version.major() + "." + version.minor() + "." + version.patch();
  }

  static String isa() {
    int isa = dnnl_get_effective_cpu_isa();
    if (isa == dnnl_cpu_isa_avx512_core_bf16) {
      return "avx512_core_bf16";
    } else if (isa == dnnl_cpu_isa_avx512_core_vnni) {
      return "avx512_core_vnni";
    } else if (isa == dnnl_cpu_isa_avx512_core) {
      return "avx512_core";
    } else if (isa == dnnl_cpu_isa_avx2) {
      return "avx2";
    }
    return "isa_0x" + Integer.toHexString(isa);
  }

  dnnl_engine engine() {
    return engine;
  }

  Precision precision() {
    return precision;
  }

  /** The type factors are multiplied in. */
  int factorType() {
    return precision == Precision.BF16 ? dnnl_bf16 : dnnl_f32;
  }

  int factorBytes() {
    return precision == Precision.BF16 ? 2 : 4;
  }

  dnnl_stream stream() {
    dnnl_stream stream = new dnnl_stream();
    check(dnnl_stream_create(stream, engine, dnnl_stream_default_flags), "stream_create");
    return stream;
  }

  /** The descriptor of a matrix whose element (r, c) is number r * rowStride + c * colStride. */
  static dnnl_memory_desc strided(int rows, int cols, int type, long rowStride, long colStride) {
    dnnl_memory_desc desc = new dnnl_memory_desc();
    check(
        dnnl_memory_desc_create_with_strides(
            desc, 2, new long[] {rows, cols}, type, new long[] {rowStride, colStride}),
        "memory_desc_create");
    return desc;
  }

  private static dnnl_memory_desc matrix(int rows, int cols, int type, int layout) {
    dnnl_memory_desc desc = new dnnl_memory_desc();
    check(
        dnnl_memory_desc_create_with_tag(desc, 2, new long[] {rows, cols}, type, layout),
        "memory_desc_create");
    return desc;
  }

  /**
   * The layout of a (k x n) right factor of this type (signed bytes are multiplied with unsigned
   * ones) that the library multiplies fastest.
   */
  synchronized dnnl_memory_desc packedLayout(int k, int n, int type) {
    return packedLayouts.computeIfAbsent(
        List.of(k, n, type),
        key -> {
          boolean bytes = type == dnnl_s8;
          dnnl_memory_desc src = matrix(REFERENCE_ROWS, k, bytes ? dnnl_u8 : type, dnnl_ab);
          dnnl_memory_desc weights = matrix(k, n, type, dnnl_format_tag_any);
          dnnl_memory_desc dst = matrix(REFERENCE_ROWS, n, bytes ? dnnl_s32 : dnnl_f32, dnnl_ab);
          dnnl_primitive_desc pd = new dnnl_primitive_desc();
          check(
              dnnl_matmul_primitive_desc_create(pd, engine, src, weights, null, dst, null),
              "matmul_primitive_desc_create");
          dnnl_memory_desc packed = new dnnl_memory_desc();
          check(
              dnnl_memory_desc_clone(
                  packed, dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0)),
              "memory_desc_clone");
          check(dnnl_primitive_desc_destroy(pd), "primitive_desc_destroy");
          destroy(src, weights, dst);
          return packed;
        });
  }

  /** A matmul of these layouts; attributes may be null; the caller destroys it. */
  dnnl_primitive matmul(
      dnnl_memory_desc src,
      dnnl_memory_desc weights,
      dnnl_memory_desc dst,
      dnnl_primitive_attr attributes) {
    dnnl_primitive_desc pd = new dnnl_primitive_desc();
    check(
        dnnl_matmul_primitive_desc_create(pd, engine, src, weights, null, dst, attributes),
        "matmul_primitive_desc_create");
    dnnl_primitive primitive = new dnnl_primitive();
    check(dnnl_primitive_create(primitive, pd), "primitive_create");
    check(dnnl_primitive_desc_destroy(pd), "primitive_desc_destroy");
    return primitive;
  }

  dnnl_memory memory(dnnl_memory_desc desc, Pointer data) {
    dnnl_memory memory = new dnnl_memory();
    check(dnnl_memory_create(memory, desc, engine, data), "memory_create");
    return memory;
  }

  /** A copy between layouts and types; the caller destroys it. */
  dnnl_primitive reorder(dnnl_memory_desc from, dnnl_memory_desc to) {
    dnnl_primitive_desc pd = new dnnl_primitive_desc();
    check(
        dnnl_reorder_primitive_desc_create(pd, from, engine, to, engine, null),
        "reorder_primitive_desc_create");
    dnnl_primitive primitive = new dnnl_primitive();
    check(dnnl_primitive_create(primitive, pd), "primitive_create");
    dnnl_primitive_desc_destroy(pd);
    return primitive;
  }

  /** Copies between layouts and types, on the calling thread. */
  void reorder(dnnl_memory_desc fromDesc, Pointer from, dnnl_memory_desc toDesc, Pointer to) {
    dnnl_primitive primitive = reorder(fromDesc, toDesc);
    dnnl_memory source = memory(fromDesc, from);
    dnnl_memory target = memory(toDesc, to);
    dnnl_stream stream = stream();
    try (dnnl_exec_arg_t args = new dnnl_exec_arg_t(2)) {
      args.position(0).arg(DNNL_ARG_FROM).memory(source);
      args.position(1).arg(DNNL_ARG_TO).memory(target);
      args.position(0);
      check(dnnl_primitive_execute(primitive, stream, 2, args), "reorder");
      check(dnnl_stream_wait(stream), "stream_wait");
    } finally {
      dnnl_stream_destroy(stream);
      dnnl_memory_destroy(source);
      dnnl_memory_destroy(target);
      dnnl_primitive_destroy(primitive);
    }
  }

  static void destroy(dnnl_memory_desc... descs) {
    for (dnnl_memory_desc desc : descs) {
      dnnl_memory_desc_destroy(desc);
    }
  }

  static void check(int status, String what) {
    if (status != dnnl_success) {
      throw new NeuroWeaverException(
          status == 1 ? ErrorKind.OUT_OF_MEMORY : ErrorKind.INTERNAL,
          "oneDNN " + version() + " answered status " + status + " to " + what);
    }
  }

  void close() {
    packedLayouts.values().forEach(OneDnn::destroy);
    packedLayouts.clear();
    dnnl_engine_destroy(engine);
  }
}
