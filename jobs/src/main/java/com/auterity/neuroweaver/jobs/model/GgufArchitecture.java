package com.auterity.neuroweaver.jobs.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model family as llama.cpp names and stores it, from the {@code architectures} of config.json.
 */
enum GgufArchitecture {
  LLAMA("llama", List.of("LlamaForCausalLM", "MistralForCausalLM")),
  QWEN2("qwen2", List.of("Qwen2ForCausalLM")),
  QWEN3("qwen3", List.of("Qwen3ForCausalLM")),
  PHI3("phi3", List.of("Phi3ForCausalLM"));

  private final String id;
  private final List<String> hubNames;

  GgufArchitecture(String id, List<String> hubNames) {
    this.id = id;
    this.hubNames = hubNames;
  }

  static GgufArchitecture of(JsonNode json, String source) {
    String found = json.path("architectures").path(0).asText("missing");
    for (GgufArchitecture architecture : values()) {
      if (architecture.hubNames.contains(found)) {
        return architecture;
      }
    }
    throw GgufFile.invalid(
        source,
        "%s: architectures is %s; GGUF files are written for %s"
            .formatted(
                source, found, Arrays.stream(values()).flatMap(a -> a.hubNames.stream()).toList()));
  }

  /** {@code general.architecture}, and the prefix of the shape's keys. */
  String id() {
    return id;
  }

  /** Whether llama.cpp rotates neighbouring rows of a head together, not its halves. */
  boolean interleaved() {
    return this == LLAMA;
  }

  /** Whether q, k and v are one matrix, and gate and up another. */
  boolean fused() {
    return this == PHI3;
  }

  boolean headNorms() {
    return this == QWEN3;
  }

  /** Whether a linear map has a bias. */
  boolean bias(LinearKind kind, JsonNode json) {
    return switch (kind) {
      case Q, K, V -> this == QWEN2 || json.path("attention_bias").asBoolean(false);
      case O -> this == LLAMA && json.path("attention_bias").asBoolean(false);
      case GATE, UP, DOWN -> json.path("mlp_bias").asBoolean(false);
    };
  }

  /** llama.cpp's name for a linear map of a block. */
  static String tensor(LinearKind kind) {
    return switch (kind) {
      case Q -> "attn_q";
      case K -> "attn_k";
      case V -> "attn_v";
      case O -> "attn_output";
      case GATE -> "ffn_gate";
      case UP -> "ffn_up";
      case DOWN -> "ffn_down";
    };
  }

  void refuseWhatDiffers(JsonNode json, ModelConfig config, String source) {
    JsonNode partial = json.path("partial_rotary_factor");
    refuseUnless(
        source, "partial_rotary_factor", partial, this == PHI3 || partial.asDouble(1) == 1, "1");
    for (String bias : List.of("attention_bias", "mlp_bias")) {
      boolean fits = this == LLAMA || !json.path(bias).asBoolean(false);
      refuseUnless(source, bias, json.path(bias), fits, "false for " + id);
    }
    String type = ropeType(rope(json));
    refuseUnless(
        source,
        "rope_scaling",
        rope(json),
        type.equals("default") || type.equals("linear") || (type.equals("llama3") && this == LLAMA),
        "none, linear, or llama3 for LlamaForCausalLM");
    if (config.ropeInterleaved() && !interleaved()) {
      throw GgufFile.invalid(
          source, "%s: llama.cpp rotates the halves of a %s head, not pairs".formatted(source, id));
    }
  }

  private static void refuseUnless(
      String source, String key, JsonNode found, boolean fits, String right) {
    if (!fits) {
      throw GgufFile.invalid(
          source,
          "%s: %s is %s; GGUF files are written for %s".formatted(source, key, found, right));
    }
  }

  /** The shape under llama.cpp's keys. */
  Map<String, Object> notes(JsonNode json, ModelConfig config, String source) {
    Map<String, Object> notes = new LinkedHashMap<>();
    notes.put(id + ".vocab_size", config.vocabSize());
    int window = slidingWindow(json);
    // llama.cpp computes none of these with a window: within it the answers are right, beyond not.
    notes.put(
        id + ".context_length",
        window > 0 ? Math.min(window, config.maxPositions()) : config.maxPositions());
    notes.put(id + ".embedding_length", config.hiddenSize());
    notes.put(id + ".block_count", config.layers());
    notes.put(id + ".feed_forward_length", config.intermediateSize());
    notes.put(id + ".attention.head_count", config.heads());
    notes.put(id + ".attention.head_count_kv", config.kvHeads());
    notes.put(id + ".attention.key_length", config.headDim());
    notes.put(id + ".attention.value_length", config.headDim());
    notes.put(id + ".attention.layer_norm_rms_epsilon", (float) config.rmsNormEps());
    notes.put(
        id + ".rope.dimension_count",
        (int) (config.headDim() * json.path("partial_rotary_factor").asDouble(1)));
    notes.put(id + ".rope.freq_base", (float) config.ropeTheta());
    JsonNode rope = rope(json);
    if (ropeType(rope).equals("linear")) {
      notes.put(id + ".rope.scaling.type", "linear");
      notes.put(id + ".rope.scaling.factor", (float) required(rope, "factor", source));
    }
    if (this == PHI3) {
      notes.put(
          id + ".rope.scaling.original_context_length",
          json.path("original_max_position_embeddings").asInt(config.maxPositions()));
    }
    if (window > 0 || this == PHI3) {
      notes.put(id + ".attention.sliding_window", window);
    }
    return notes;
  }

  /** How many tokens a token sees, as the hub's classes read their files; 0 is all. */
  private int slidingWindow(JsonNode json) {
    boolean qwen = this == QWEN2 || this == QWEN3;
    boolean mistral = json.path("architectures").path(0).asText().equals("MistralForCausalLM");
    if ((this == LLAMA && !mistral) || (qwen && !json.path("use_sliding_window").asBoolean())) {
      return 0;
    }
    return json.has("sliding_window") || this == PHI3 ? json.path("sliding_window").asInt(0) : 4096;
  }

  /**
   * By what llama.cpp divides each rotary frequency of a Llama 3.1 model (Meta's rope scaling): 1
   * for short waves, {@code factor} for long ones, smooth between; null for other models.
   */
  float[] ropeFactors(JsonNode json, ModelConfig config) {
    JsonNode rope = rope(json);
    if (!ropeType(rope).equals("llama3")) {
      return null;
    }
    double factor = rope.path("factor").asDouble(8);
    double low = rope.path("low_freq_factor").asDouble(1);
    double high = rope.path("high_freq_factor").asDouble(4);
    double context = rope.path("original_max_position_embeddings").asDouble(8192);
    float[] factors = new float[config.headDim() / 2];
    for (int i = 0; i < factors.length; i++) {
      double wave = 2 * Math.PI * Math.pow(config.ropeTheta(), 2.0 * i / config.headDim());
      if (wave < context / high) {
        factors[i] = 1;
      } else if (wave > context / low) {
        factors[i] = (float) factor;
      } else {
        double smooth = (context / wave - low) / (high - low);
        factors[i] = (float) (1 / ((1 - smooth) / factor + smooth));
      }
    }
    return factors;
  }

  private static JsonNode rope(JsonNode json) {
    return json.hasNonNull("rope_parameters")
        ? json.get("rope_parameters")
        : json.path("rope_scaling");
  }

  private static String ropeType(JsonNode rope) {
    return rope.path("rope_type").asText(rope.path("type").asText("default"));
  }

  private static double required(JsonNode holder, String key, String source) {
    if (!holder.path(key).isNumber()) {
      throw GgufFile.invalid(
          source, "%s: rope_scaling has no number %s: %s".formatted(source, key, holder));
    }
    return holder.path(key).asDouble();
  }
}
