package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads and writes a model's config.json (and the end tokens of generation_config.json). What this
 * engine does not compute is refused by name, never ignored.
 */
final class HubConfig {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What changes the mathematics in models built like these, and is not computed here. */
  private static final List<String> NOT_COMPUTED =
      List.of(
          "alibi",
          "attention_multiplier",
          "attn_logit_softcapping",
          "clip_qkv",
          "embedding_multiplier",
          "final_logit_softcapping",
          "logit_scale",
          "logits_scaling",
          "moe_intermediate_size",
          "n_routed_experts",
          "no_rope_layers",
          "num_experts",
          "num_local_experts",
          "parallel_attn",
          "qk_layernorm",
          "quantization_config",
          "query_pre_attn_scalar",
          "residual_multiplier",
          "rope_interleaved",
          "use_qk_norm",
          "vision_config");

  private final JsonNode json;
  private final String source;

  private HubConfig(JsonNode json, String source) {
    this.json = json;
    this.source = source;
  }

  static ModelConfig read(Path folder) {
    Path file = folder.resolve("config.json");
    HubConfig config = new HubConfig(JsonFile.read(file), file.toString());
    config.refuseWhatIsNotComputed();
    Path generation = folder.resolve("generation_config.json");
    JsonNode ends =
        Files.exists(generation) && JsonFile.read(generation).hasNonNull("eos_token_id")
            ? JsonFile.read(generation).get("eos_token_id")
            : config.json.path("eos_token_id");
    return config.shape(ends);
  }

  /** The bytes of config.json for a model whose weights are stored as bf16. */
  static byte[] bytes(ModelConfig config) {
    ObjectNode root = JSON.createObjectNode();
    root.putArray("architectures").add("LlamaForCausalLM");
    root.put("attention_bias", false);
    root.put("attention_dropout", 0.0);
    root.putNull("bos_token_id");
    ends(root, config);
    root.put("head_dim", config.headDim());
    root.put("hidden_act", "silu");
    root.put("hidden_size", config.hiddenSize());
    root.put("initializer_range", 0.02);
    root.put("intermediate_size", config.intermediateSize());
    root.put("max_position_embeddings", config.maxPositions());
    root.put("mlp_bias", false);
    root.put("model_type", "llama");
    root.put("num_attention_heads", config.heads());
    root.put("num_hidden_layers", config.layers());
    root.put("num_key_value_heads", config.kvHeads());
    root.put("rms_norm_eps", config.rmsNormEps());
    root.putNull("rope_scaling");
    root.put("rope_theta", config.ropeTheta());
    root.put("tie_word_embeddings", config.tiedEmbeddings());
    root.put("torch_dtype", "bfloat16");
    root.put("use_cache", true);
    root.put("vocab_size", config.vocabSize());
    return TokenizerFiles.bytes(root);
  }

  /** The bytes of generation_config.json: which tokens end an answer, and which pads. */
  static byte[] generationBytes(ModelConfig config, int padTokenId) {
    ObjectNode root = JSON.createObjectNode();
    ends(root, config);
    root.put("pad_token_id", padTokenId);
    return TokenizerFiles.bytes(root);
  }

  private static void ends(ObjectNode root, ModelConfig config) {
    config.eosTokenIds().forEach(root.putArray("eos_token_id")::add);
  }

  private Architecture architecture() {
    JsonNode found = json.path("architectures");
    for (Architecture known : Architecture.values()) {
      if (found.size() == 1 && found.get(0).asText().equals(known.className())) {
        return known;
      }
    }
    throw invalid(
        "%s: architectures is %s; supported is one of %s"
            .formatted(
                source,
                found.isMissingNode() ? "missing" : found,
                Stream.of(Architecture.values()).map(Architecture::className).toList()));
  }

  private void refuseWhatIsNotComputed() {
    Architecture architecture = architecture();
    refuseUnless("hidden_act", json.path("hidden_act").asText("silu").equals("silu"), "\"silu\"");
    boolean biased = architecture == Architecture.LLAMA || architecture == Architecture.QWEN3;
    refuseUnless(
        "attention_bias",
        biased || architecture == Architecture.QWEN2 || !flag("attention_bias"),
        "false for " + architecture.className());
    refuseUnless(
        "mlp_bias",
        architecture == Architecture.LLAMA || !flag("mlp_bias"),
        "false for " + architecture.className());
    if (architecture == Architecture.LLAMA) {
      refuseUnless("sliding_window", !json.hasNonNull("sliding_window"), "none for a Llama");
    }
    for (String key : NOT_COMPUTED) {
      JsonNode value = json.path(key);
      boolean off =
          value.isMissingNode() || value.isNull() || (value.isBoolean() && !value.asBoolean());
      refuseUnless(key, off, "none");
    }
    refuseUnless(
        "rope_scaling",
        !json.hasNonNull("rope_scaling")
            || !json.hasNonNull("rope_parameters")
            || json.get("rope_scaling").equals(json.get("rope_parameters")),
        "none beside rope_parameters");
  }

  private boolean flag(String key) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull() || value.isBoolean()) {
      return value.asBoolean(false);
    }
    throw invalid("%s: %s is %s; it must be true or false".formatted(source, key, value));
  }

  private void refuseUnless(String key, boolean fits, String right) {
    if (!fits) {
      throw invalid("%s: %s is %s; supported is %s".formatted(source, key, json.path(key), right));
    }
  }

  private Variant variant(Architecture architecture, int layers) {
    Variant plain = Variant.plain(architecture);
    boolean attention = plain.headNorm() || architecture == Architecture.LLAMA;
    boolean biased = attention && flag("attention_bias");
    double partial =
        number(rope().has("partial_rotary_factor") ? rope() : json, "partial_rotary_factor", 1.0);
    if (partial != 1 && architecture != Architecture.PHI3) {
      throw invalid(
          "%s: partial_rotary_factor is %s; supported is 1 for %s"
              .formatted(source, partial, architecture.className()));
    }
    return plain
        .withBiases(plain.qkvBias() || biased, biased, flag("mlp_bias"))
        .withRope(partial, ropeScaling())
        .withWindows(windows(architecture, layers));
  }

  private JsonNode rope() {
    return json.hasNonNull("rope_parameters")
        ? json.get("rope_parameters")
        : json.path("rope_scaling");
  }

  private RopeScaling ropeScaling() {
    String key = json.hasNonNull("rope_parameters") ? "rope_parameters" : "rope_scaling";
    JsonNode rope = rope();
    String kind = rope.path("rope_type").asText(rope.path("type").asText("default"));
    return switch (kind) {
      case "default" -> RopeScaling.NONE;
      case "linear" -> RopeScaling.linear(needed(rope, key, "factor"));
      case "llama3" ->
          RopeScaling.llama3(
              needed(rope, key, "factor"),
              needed(rope, key, "low_freq_factor"),
              needed(rope, key, "high_freq_factor"),
              (int) needed(rope, key, "original_max_position_embeddings"));
      default ->
          throw invalid(
              "%s: %s is %s; of its types default, linear and llama3 are supported, not \"%s\""
                  .formatted(source, key, rope, kind));
    };
  }

  private double needed(JsonNode holder, String holderName, String key) {
    double value = number(holder, key, Double.NaN);
    if (Double.isNaN(value)) {
      throw invalid("%s: %s has no %s: %s".formatted(source, holderName, key, holder));
    }
    return value;
  }

  /** For each layer how far it sees, or nothing where all see all. */
  private List<Integer> windows(Architecture architecture, int layers) {
    if (architecture == Architecture.LLAMA) {
      return List.of();
    }
    boolean switched = architecture == Architecture.QWEN2 || architecture == Architecture.QWEN3;
    // What these classes take when the key is missing; null is no window.
    Integer otherwise = architecture == Architecture.PHI3 ? 0 : 4096;
    int window =
        json.has("sliding_window") && json.get("sliding_window").isNull()
            ? 0
            : integer("sliding_window", otherwise);
    if (window < 0 || (window == 0 && json.hasNonNull("sliding_window"))) {
      throw invalid("%s: sliding_window must be positive, found %d".formatted(source, window));
    }
    if (switched && !flag("use_sliding_window")) {
      window = 0;
    }
    JsonNode types = json.path("layer_types");
    boolean typed = json.hasNonNull("layer_types");
    if (typed && types.size() != layers) {
      throw invalid(
          "%s: layer_types has %d entries for %d layers".formatted(source, types.size(), layers));
    }
    int from = switched && window > 0 && !typed ? integer("max_window_layers", 28) : 0;
    List<Integer> windows = new ArrayList<>();
    for (int l = 0; l < layers; l++) {
      boolean slides = l >= from;
      if (typed) {
        String type = types.get(l).asText();
        slides = type.equals("sliding_attention");
        if (!slides && !type.equals("full_attention")) {
          throw invalid(
              "%s: layer_types[%d] is %s; supported are \"full_attention\" and"
                      .formatted(source, l, types.get(l))
                  + " \"sliding_attention\"");
        }
        if (slides && window == 0) {
          throw invalid(
              "%s: layer_types[%d] is \"sliding_attention\", but there is no sliding_window in use"
                  .formatted(source, l));
        }
      }
      windows.add(slides ? window : 0);
    }
    return windows.stream().allMatch(w -> w == 0) ? List.of() : windows;
  }

  private ModelConfig shape(JsonNode ends) {
    Architecture architecture = architecture();
    int hidden = integer("hidden_size", null);
    int heads = integer("num_attention_heads", null);
    int layers = integer("num_hidden_layers", null);
    if (heads <= 0) {
      throw invalid("%s: num_attention_heads must be positive, found %d".formatted(source, heads));
    }
    List<Integer> eos = new ArrayList<>();
    if (ends.isArray()) {
      ends.forEach(id -> eos.add(id.asInt()));
    } else if (ends.isInt()) {
      eos.add(ends.asInt());
    }
    boolean headsAreKeys = architecture == Architecture.LLAMA || architecture == Architecture.PHI3;
    try {
      return new ModelConfig(
          hidden,
          integer("intermediate_size", null),
          layers,
          heads,
          integer("num_key_value_heads", headsAreKeys ? heads : null),
          integer("head_dim", architecture == Architecture.QWEN3 ? 128 : hidden / heads),
          integer("vocab_size", null),
          integer("max_position_embeddings", 2048),
          number(rope().has("rope_theta") ? rope() : json, "rope_theta", 10000.0),
          number(json, "rms_norm_eps", architecture == Architecture.PHI3 ? 1e-5 : 1e-6),
          flag("tie_word_embeddings"),
          false,
          integer("bos_token_id", -1),
          eos,
          variant(architecture, Math.max(0, Math.min(layers, 10_000))));
    } catch (NeuroWeaverException e) {
      if (e.getMessage().startsWith(source)) {
        throw e;
      }
      throw new NeuroWeaverException(
          e.kind(), source + ": " + e.getMessage(), Map.of("file", source), e);
    }
  }

  private int integer(String key, Integer otherwise) {
    JsonNode value = json.path(key);
    if (value.isInt()) {
      return value.asInt();
    }
    if (otherwise != null && (value.isMissingNode() || value.isNull())) {
      return otherwise;
    }
    throw invalid(
        "%s: %s is %s; it must be an integer"
            .formatted(source, key, value.isMissingNode() ? "missing" : value));
  }

  private double number(JsonNode holder, String key, double otherwise) {
    JsonNode value = holder.path(key);
    if (value.isNumber()) {
      return value.asDouble();
    }
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    throw invalid("%s: %s is %s; it must be a number".formatted(source, key, value));
  }

  private NeuroWeaverException invalid(String message) {
    return new NeuroWeaverException(ErrorKind.INVALID_INPUT, message, Map.of("file", source));
  }
}
