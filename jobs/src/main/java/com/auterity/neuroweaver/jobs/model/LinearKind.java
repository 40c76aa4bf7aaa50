package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;

/** The linear maps of a block: their names in model files and their shapes (out x in). */
enum LinearKind {
  Q("q_proj", "self_attn"),
  K("k_proj", "self_attn"),
  V("v_proj", "self_attn"),
  O("o_proj", "self_attn"),
  GATE("gate_proj", "mlp"),
  UP("up_proj", "mlp"),
  DOWN("down_proj", "mlp");

  private final String module;
  private final String parent;

  LinearKind(String module, String parent) {
    this.module = module;
    this.parent = parent;
  }

  static LinearKind of(String module) {
    for (LinearKind kind : values()) {
      if (kind.module.equals(module)) {
        return kind;
      }
    }
    throw NeuroWeaverException.invalid("there is no linear map named " + module);
  }

  String module() {
    return module;
  }

  /** For example {@code self_attn.q_proj}. */
  String path() {
    return parent + "." + module;
  }

  /** For example {@code model.layers.3.self_attn.q_proj}. */
  String path(int layer) {
    return "model.layers." + layer + "." + path();
  }

  String weightName(int layer) {
    return path(layer) + ".weight";
  }

  String biasName(int layer) {
    return "model.layers." + layer + "." + path() + ".bias";
  }

  boolean hasBias(ModelConfig config) {
    return switch (this) {
      case Q, K, V -> config.variant().qkvBias();
      case O -> config.variant().outputBias();
      case GATE, UP, DOWN -> config.variant().mlpBias();
    };
  }

  int in(ModelConfig config) {
    return switch (this) {
      case O -> config.queryWidth();
      case DOWN -> config.intermediateSize();
      default -> config.hiddenSize();
    };
  }

  int out(ModelConfig config) {
    return switch (this) {
      case Q -> config.queryWidth();
      case K, V -> config.keyWidth();
      case O, DOWN -> config.hiddenSize();
      case GATE, UP -> config.intermediateSize();
    };
  }
}
