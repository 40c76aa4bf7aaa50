package com.auterity.neuroweaver.bench.libtorch;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A Llama-family model with tied embeddings, and the LoRA rank beside its seven linear maps. */
record Shape(
    @JsonProperty("hidden_size") int hidden,
    @JsonProperty("intermediate_size") int intermediate,
    @JsonProperty("num_hidden_layers") int layers,
    @JsonProperty("num_attention_heads") int heads,
    @JsonProperty("num_key_value_heads") int kvHeads,
    @JsonProperty("head_dim") int headDim,
    @JsonProperty("vocab_size") int vocab,
    @JsonProperty("rope_theta") double ropeTheta,
    @JsonProperty("rms_norm_eps") double eps,
    @JsonProperty("attention_bias") boolean attentionBias,
    @JsonProperty("lora_r") int rank,
    @JsonProperty("lora_alpha") double alpha) {
  static final String[] MODULES = {
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "mlp.gate_proj",
    "mlp.up_proj",
    "mlp.down_proj"
  };

  int queryWidth() {
    return heads * headDim;
  }

  int keyWidth() {
    return kvHeads * headDim;
  }

  /** Inputs of module {@code m} of {@link #MODULES}. */
  int in(int m) {
    return switch (m) {
      case 3 -> queryWidth();
      case 6 -> intermediate;
      default -> hidden;
    };
  }

  /** Outputs of module {@code m} of {@link #MODULES}. */
  int out(int m) {
    return switch (m) {
      case 0 -> queryWidth();
      case 1, 2 -> keyWidth();
      case 4, 5 -> intermediate;
      default -> hidden;
    };
  }
}
