package com.auterity.neuroweaver.bench.libtorch;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How the step is run.
 *
 * @param workers Java threads, each with a batch of its own and intra-op threads of its own
 * @param threads intra-op threads of a worker
 * @param batch sequences a worker puts through at once
 * @param attention {@code composed} (matmul, softmax, matmul) or {@code fused}
 * @param fusedProjections whether query, key and value (gate and up) are one matrix
 * @param logits {@code float32} or {@code same}: what the cross-entropy is taken of
 * @param norm {@code composed} or {@code fused}
 */
record Settings(
    @JsonProperty("workers") int workers,
    @JsonProperty("threads") int threads,
    @JsonProperty("batch") int batch,
    @JsonProperty("attention") String attention,
    @JsonProperty("fused_projections") boolean fusedProjections,
    @JsonProperty("logits") String logits,
    @JsonProperty("norm") String norm) {
  Settings {
    if (workers < 1 || threads < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "workers, threads and batch must be at least 1, found %d, %d and %d"
              .formatted(workers, threads, batch));
    }
    oneOf("attention", attention, "composed", "fused");
    oneOf("logits", logits, "float32", "same");
    oneOf("norm", norm, "composed", "fused");
  }

  private static void oneOf(String key, String value, String first, String second) {
    if (!first.equals(value) && !second.equals(value)) {
      throw new IllegalArgumentException(
          "%s must be %s or %s, found %s".formatted(key, first, second, value));
    }
  }
}
