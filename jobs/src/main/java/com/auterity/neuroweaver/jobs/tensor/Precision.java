package com.auterity.neuroweaver.jobs.tensor;

/** In what the factors of a large GEMM are held; sums are always float32. */
public enum Precision {
  FLOAT32,
  BF16
}
