package com.auterity.neuroweaver.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One way of running libtorch's step; what each part means stands in bench/peers/libtorch.
 *
 * @param environment variables of its process, beside threads for OpenMP
 */
record LibtorchSettings(
    @JsonProperty("environment") Map<String, String> environment,
    @JsonProperty("workers") int workers,
    @JsonProperty("threads") int threads,
    @JsonProperty("batch") int batch,
    @JsonProperty("attention") String attention,
    @JsonProperty("fused_projections") boolean fusedProjections,
    @JsonProperty("logits") String logits,
    @JsonProperty("norm") String norm) {

  /** Keeps freed memory instead of giving it back to the system after each tensor. */
  private static final Map<String, String> KEEP_MEMORY =
      Map.of(
          "MALLOC_ARENA_MAX", "1",
          "MALLOC_MMAP_THRESHOLD_", "33554432",
          "MALLOC_TRIM_THRESHOLD_", "17179869184",
          "MALLOC_TOP_PAD_", "268435456");

  static LibtorchSettings first(int cores) {
    return new LibtorchSettings(Map.of(), 1, cores, 1, "composed", true, "float32", "composed");
  }

  /** Environments to try; each needs a process of its own. */
  static List<Map<String, String>> environments(boolean bf16) {
    Map<String, String> keepHuge = new LinkedHashMap<>(KEEP_MEMORY);
    keepHuge.put("THP_MEM_ALLOC_ENABLE", "1");
    return bf16
        ? List.of(Map.of(), KEEP_MEMORY, keepHuge)
        : List.of(Map.of(), KEEP_MEMORY, keepHuge, with(KEEP_MEMORY, "OPENBLAS_NUM_THREADS", "1"));
  }

  private static Map<String, String> with(Map<String, String> base, String key, String value) {
    Map<String, String> all = new LinkedHashMap<>(base);
    all.put(key, value);
    return all;
  }

  /** Changes of one thing each, to be tried on top of the best so far, in this order. */
  List<LibtorchSettings> variants(String change, int cores, boolean bf16) {
    return switch (change) {
      case "workers" ->
          cores == 1 ? List.of() : List.of(parallel(cores, 1, 1), parallel(1, cores, 2));
      case "norm" -> List.of(edit(attention, fusedProjections, logits, "fused"));
      case "logits" -> bf16 ? List.of(edit(attention, fusedProjections, "same", norm)) : List.of();
      case "projections" -> List.of(edit(attention, !fusedProjections, logits, norm));
      case "attention" -> List.of(edit("fused", fusedProjections, logits, norm));
      default -> throw new IllegalArgumentException(change);
    };
  }

  LibtorchSettings in(Map<String, String> other) {
    return new LibtorchSettings(
        other, workers, threads, batch, attention, fusedProjections, logits, norm);
  }

  /** As many sequences at once as one look compares: one. */
  LibtorchSettings forLook() {
    return parallel(1, workers * threads, 1);
  }

  private LibtorchSettings parallel(int newWorkers, int newThreads, int newBatch) {
    return new LibtorchSettings(
        environment, newWorkers, newThreads, newBatch, attention, fusedProjections, logits, norm);
  }

  private LibtorchSettings edit(
      String newAttention, boolean newFused, String newLogits, String newNorm) {
    return new LibtorchSettings(
        environment, workers, threads, batch, newAttention, newFused, newLogits, newNorm);
  }

  /** What the peer is told; the environment it already has. */
  Map<String, Object> request() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("workers", workers);
    settings.put("threads", threads);
    settings.put("batch", batch);
    settings.put("attention", attention);
    settings.put("fused_projections", fusedProjections);
    settings.put("logits", logits);
    settings.put("norm", norm);
    return settings;
  }

  String line() {
    return "%d x %d threads, batch %d, attention %s, projections %s, logits %s, norm %s%s"
        .formatted(
            workers,
            threads,
            batch,
            attention,
            fusedProjections ? "fused" : "single",
            logits,
            norm,
            environment.isEmpty() ? "" : ", " + environment);
  }
}
