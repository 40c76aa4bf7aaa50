package com.auterity.neuroweaver.jobs.model;

import java.util.List;

/**
 * A linear map that some models (Phi-3) store for several of ours, one's rows below the other's: of
 * an adapter beside it, all of ours share A, and each has its rows of B.
 */
enum FusedMap {
  QKV("self_attn.qkv_proj", List.of(LinearKind.Q, LinearKind.K, LinearKind.V)),
  GATE_UP("mlp.gate_up_proj", List.of(LinearKind.GATE, LinearKind.UP));

  static final List<String> MODULES = List.of("qkv_proj", "gate_up_proj");

  private final String path;
  private final List<LinearKind> kinds;

  FusedMap(String path, List<LinearKind> kinds) {
    this.path = path;
    this.kinds = kinds;
  }

  /** The fused map that a map is part of, or null. */
  static FusedMap of(LinearKind kind) {
    for (FusedMap fused : values()) {
      if (fused.kinds.contains(kind)) {
        return fused;
      }
    }
    return null;
  }

  String path(int layer) {
    return "model.layers." + layer + "." + path;
  }

  int out(ModelConfig model) {
    return kinds.stream().mapToInt(kind -> kind.out(model)).sum();
  }

  /** The row at which a part's rows begin. */
  int firstRow(LinearKind part, ModelConfig model) {
    return kinds.stream().takeWhile(kind -> kind != part).mapToInt(kind -> kind.out(model)).sum();
  }
}
