package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * PEFT's adapter_config.json. A key that would change what the adapter computes and that this
 * engine does not compute is refused by name, a key nobody knows too, unless it is null, false or
 * empty; keys that only tell of the training are accepted.
 */
final class PeftConfig {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Set<String> READ =
      Set.of(
          "peft_type",
          "r",
          "lora_alpha",
          "lora_dropout",
          "target_modules",
          "exclude_modules",
          "layers_to_transform",
          "layers_pattern",
          "rank_pattern",
          "alpha_pattern",
          "use_rslora",
          "bias",
          "init_lora_weights");

  /** How the training began, ran, or was stored: nothing that a trained adapter computes. */
  private static final Set<String> NEUTRAL =
      Set.of(
          "auto_mapping",
          "base_model_name_or_path",
          "corda_config",
          "ensure_weight_tying",
          "eva_config",
          "inference_mode",
          "loftq_config",
          "lora_ga_config",
          "megatron_config",
          "megatron_core",
          "peft_version",
          "qalora_group_size",
          "revision",
          "runtime_config",
          "task_type");

  /** Initializations that change the base model's weights beside the adapter. */
  private static final List<String> CHANGE_THE_BASE =
      List.of("pissa", "olora", "corda", "loftq", "lora_ga");

  private final JsonNode json;
  private final String source;

  private PeftConfig(JsonNode json, String source) {
    this.json = json;
    this.source = source;
  }

  /** The configuration; errors name {@code source}. */
  static LoraConfig read(JsonNode json, String source) {
    PeftConfig config = new PeftConfig(json, source);
    config.refuseWhatIsNotComputed();
    try {
      return config.lora();
    } catch (NeuroWeaverException e) {
      throw e.getMessage().startsWith(source) ? e : config.invalid(e.getMessage());
    }
  }

  /** The bytes of adapter_config.json; keys that stand at PEFT's default are left out. */
  static byte[] bytes(LoraConfig lora, String baseModelName) {
    ObjectNode root = JSON.createObjectNode();
    if (!lora.alphaPattern().isEmpty()) {
      ObjectNode pattern = root.putObject("alpha_pattern");
      lora.alphaPattern().forEach((key, alpha) -> pattern.put(key, alpha));
    }
    root.put("base_model_name_or_path", baseModelName);
    root.put("bias", "none");
    LoraTargets targets = lora.targets();
    if (targets.excludePattern() != null) {
      root.put("exclude_modules", targets.excludePattern());
    } else if (!targets.exclude().isEmpty()) {
      targets.exclude().forEach(root.putArray("exclude_modules")::add);
    }
    root.put("fan_in_fan_out", false);
    root.put("inference_mode", true);
    if (!targets.layers().isEmpty()) {
      ArrayNode layers = root.putArray("layers_to_transform");
      targets.layers().forEach(layers::add);
    }
    root.put("lora_alpha", lora.alpha());
    root.put("lora_dropout", lora.dropout());
    root.put("peft_type", "LORA");
    root.put("r", lora.r());
    if (!lora.rankPattern().isEmpty()) {
      ObjectNode pattern = root.putObject("rank_pattern");
      lora.rankPattern().forEach((key, rank) -> pattern.put(key, rank));
    }
    if (targets.pattern() != null) {
      root.put("target_modules", targets.pattern());
    } else {
      targets.modules().forEach(root.putArray("target_modules")::add);
    }
    root.put("task_type", "CAUSAL_LM");
    if (lora.rslora()) {
      root.put("use_rslora", true);
    }
    return TokenizerFiles.bytes(root);
  }

  private void refuseWhatIsNotComputed() {
    if (!json.path("peft_type").asText().equals("LORA")) {
      throw invalid(
          "peft_type is %s; only \"LORA\" is supported".formatted(json.path("peft_type")));
    }
    if (!json.path("bias").asText("none").equals("none")) {
      throw invalid("bias is %s; only \"none\" is supported".formatted(json.get("bias")));
    }
    JsonNode init = json.path("init_lora_weights");
    for (String method : CHANGE_THE_BASE) {
      if (init.asText().startsWith(method)) {
        throw invalid(
            ("init_lora_weights is %s, which changed the base model's weights too; save the adapter"
                    + " with path_initial_model_for_weight_conversion, so that it stands alone")
                .formatted(init));
      }
    }
    for (Iterator<Map.Entry<String, JsonNode>> it = json.fields(); it.hasNext(); ) {
      Map.Entry<String, JsonNode> field = it.next();
      if (!READ.contains(field.getKey())
          && !NEUTRAL.contains(field.getKey())
          && !saysNothing(field.getValue())) {
        throw invalid(
            "%s is %s, which is not supported".formatted(field.getKey(), field.getValue()));
      }
    }
  }

  private static boolean saysNothing(JsonNode value) {
    return value.isNull()
        || (value.isBoolean() && !value.booleanValue())
        || (value.isContainerNode() && value.isEmpty());
  }

  private LoraConfig lora() {
    if (!json.path("r").isInt() || !json.path("lora_alpha").isNumber()) {
      throw invalid("it needs an integer r and a number lora_alpha");
    }
    Map<String, Integer> ranks = new LinkedHashMap<>();
    pattern("rank_pattern", JsonNode::isInt, "an integer")
        .forEach((key, rank) -> ranks.put(key, rank.intValue()));
    Map<String, Double> alphas = new LinkedHashMap<>();
    pattern("alpha_pattern", JsonNode::isNumber, "a number")
        .forEach((key, alpha) -> alphas.put(key, alpha.doubleValue()));
    return new LoraConfig(
        json.get("r").intValue(),
        json.get("lora_alpha").doubleValue(),
        json.path("lora_dropout").asDouble(0),
        targets(),
        flag("use_rslora"),
        ranks,
        alphas);
  }

  private LoraTargets targets() {
    JsonNode modules = json.path("target_modules");
    JsonNode excluded = json.path("exclude_modules");
    String pattern = modules.isTextual() ? modules.textValue() : null;
    List<String> names = pattern == null ? texts("target_modules") : List.of();
    if (LoraTargets.ALL_LINEAR.equalsIgnoreCase(pattern)) {
      pattern = null;
      names = new ArrayList<>(LoraConfig.ALL_MODULES);
      names.addAll(FusedMap.MODULES);
    }
    LoraTargets targets =
        new LoraTargets(
            names,
            pattern,
            excluded.isTextual() ? List.of() : texts("exclude_modules"),
            excluded.isTextual() ? excluded.textValue() : null,
            layers());
    for (String outside : List.of("lm_head", "model.embed_tokens")) {
      if (targets.selects(-1, outside)) {
        throw invalid(
            "target_modules is %s, which chooses %s; only the linear maps of the blocks are adapted"
                .formatted(modules, outside));
      }
    }
    return targets;
  }

  private List<Integer> layers() {
    JsonNode layers = json.path("layers_to_transform");
    List<Integer> numbers = new ArrayList<>();
    for (JsonNode layer : layers.isNumber() ? List.of(layers) : layers) {
      if (!layer.isInt()) {
        throw invalid("layers_to_transform is %s; right would be integers".formatted(layers));
      }
      numbers.add(layer.intValue());
    }
    List<String> names =
        json.path("layers_pattern").isTextual()
            ? List.of(json.get("layers_pattern").textValue())
            : texts("layers_pattern");
    names = names.stream().filter(name -> !name.isEmpty()).toList();
    if (!numbers.isEmpty()
        && !names.isEmpty()
        && names.stream()
            .noneMatch(
                name -> ModulePattern.findsLayer("layers_pattern", name, LinearKind.Q.path(0)))) {
      throw invalid(
          "layers_pattern is %s; the layers of this model are named \"layers\"".formatted(names));
    }
    return numbers;
  }

  private List<String> texts(String key) {
    JsonNode list = json.path(key);
    List<String> texts = new ArrayList<>();
    if (list.isMissingNode() || list.isNull()) {
      return texts;
    }
    if (!list.isArray()) {
      throw invalid("%s is %s; right would be a list of names or a text".formatted(key, list));
    }
    for (JsonNode text : list) {
      if (!text.isTextual()) {
        throw invalid("%s holds %s; right would be names".formatted(key, text));
      }
      texts.add(text.textValue());
    }
    return texts;
  }

  private Map<String, JsonNode> pattern(
      String key, java.util.function.Predicate<JsonNode> fits, String right) {
    JsonNode pattern = json.path(key);
    Map<String, JsonNode> values = new LinkedHashMap<>();
    if (pattern.isMissingNode() || pattern.isNull()) {
      return values;
    }
    if (!pattern.isObject()) {
      throw invalid("%s is %s; right would be an object".formatted(key, pattern));
    }
    for (Iterator<Map.Entry<String, JsonNode>> it = pattern.fields(); it.hasNext(); ) {
      Map.Entry<String, JsonNode> field = it.next();
      if (!fits.test(field.getValue())) {
        throw invalid(
            "%s of %s is %s; right would be %s"
                .formatted(key, field.getKey(), field.getValue(), right));
      }
      ModulePattern.suffix(key, field.getKey());
      values.put(field.getKey(), field.getValue());
    }
    return values;
  }

  private boolean flag(String key) {
    JsonNode value = json.path(key);
    if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
      throw invalid("%s is %s; right would be true or false".formatted(key, value));
    }
    return value.asBoolean(false);
  }

  private NeuroWeaverException invalid(String message) {
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT, source + ": " + message, Map.of("file", source));
  }
}
