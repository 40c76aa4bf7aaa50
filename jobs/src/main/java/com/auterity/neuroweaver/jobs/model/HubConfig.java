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

/**
 * Reads and writes a model's config.json (and the end tokens of generation_config.json). What this
 * engine does not compute is refused by name, never ignored.
 */
final class HubConfig {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final JsonNode json;
  private final String source;

  private HubConfig(JsonNode json, String source) {
    this.json = json;
    this.source = source;
  }

  static ModelConfig read(Path folder) {
    Path file = folder.resolve("config.json");
    HubConfig config = new HubConfig(JsonFile.read(file), file.toString());
    config.refuseWhatIsNotLlama();
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

  private void refuseWhatIsNotLlama() {
    JsonNode architectures = json.path("architectures");
    if (architectures.size() != 1 || !architectures.get(0).asText().equals("LlamaForCausalLM")) {
      throw invalid(
          "%s: architectures is %s; supported is [\"LlamaForCausalLM\"]"
              .formatted(source, architectures.isMissingNode() ? "missing" : architectures));
    }
    refuseUnless("hidden_act", json.path("hidden_act").asText("silu").equals("silu"), "\"silu\"");
    refuseUnless("attention_bias", !json.path("attention_bias").asBoolean(false), "false");
    refuseUnless("mlp_bias", !json.path("mlp_bias").asBoolean(false), "false");
    refuseUnless("quantization_config", !json.hasNonNull("quantization_config"), "none");
    refuseUnless(
        "rope_scaling",
        !json.hasNonNull("rope_scaling") || isDefaultRope(json.get("rope_scaling")),
        "none");
    refuseUnless(
        "rope_parameters",
        !json.hasNonNull("rope_parameters") || isDefaultRope(json.get("rope_parameters")),
        "rope_type \"default\"");
  }

  private static boolean isDefaultRope(JsonNode rope) {
    return rope.path("rope_type").asText(rope.path("type").asText("default")).equals("default");
  }

  private void refuseUnless(String key, boolean fits, String right) {
    if (!fits) {
      throw invalid("%s: %s is %s; supported is %s".formatted(source, key, json.path(key), right));
    }
  }

  private ModelConfig shape(JsonNode ends) {
    int hidden = integer("hidden_size", null);
    int heads = integer("num_attention_heads", null);
    if (heads <= 0) {
      throw invalid("%s: num_attention_heads must be positive, found %d".formatted(source, heads));
    }
    List<Integer> eos = new ArrayList<>();
    if (ends.isArray()) {
      ends.forEach(id -> eos.add(id.asInt()));
    } else if (ends.isInt()) {
      eos.add(ends.asInt());
    }
    try {
      return new ModelConfig(
          hidden,
          integer("intermediate_size", null),
          integer("num_hidden_layers", null),
          heads,
          integer("num_key_value_heads", heads),
          integer("head_dim", hidden / heads),
          integer("vocab_size", null),
          integer("max_position_embeddings", 2048),
          number(
              json.has("rope_parameters") ? json.get("rope_parameters") : json,
              "rope_theta",
              10000.0),
          number(json, "rms_norm_eps", 1e-6),
          json.path("tie_word_embeddings").asBoolean(false),
          false,
          integer("bos_token_id", -1),
          eos);
    } catch (NeuroWeaverException e) {
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
