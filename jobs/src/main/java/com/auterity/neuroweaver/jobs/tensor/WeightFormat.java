package com.auterity.neuroweaver.jobs.tensor;

/** In what a frozen weight matrix is held. */
public enum WeightFormat {
  /** As the device multiplies: bf16 or float32, by its {@link Precision}. */
  FULL,
  /** 8-bit integers with float32 scales. */
  INT8,
  /** 4-bit NormalFloat with double quantization, blocks of 64 and 256 (Dettmers et al. 2023). */
  NF4
}
