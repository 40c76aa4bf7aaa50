package com.auterity.neuroweaver.bench;

import static org.bytedeco.dnnl.global.dnnl.*;

/** What a GEMM multiplies and sums in, as oneDNN's types. */
enum GemmKind {
  FLOAT32("float32", dnnl_f32, dnnl_f32, dnnl_f32, 4, 4, 4),
  BF16("bf16", dnnl_bf16, dnnl_bf16, dnnl_bf16, 2, 2, 2),
  INT8("int8", dnnl_u8, dnnl_s8, dnnl_s32, 1, 1, 4);

  final String title;
  final int left;
  final int right;
  final int product;
  final int leftBytes;
  final int rightBytes;
  final int productBytes;

  GemmKind(
      String title,
      int left,
      int right,
      int product,
      int leftBytes,
      int rightBytes,
      int productBytes) {
    this.title = title;
    this.left = left;
    this.right = right;
    this.product = product;
    this.leftBytes = leftBytes;
    this.rightBytes = rightBytes;
    this.productBytes = productBytes;
  }
}
