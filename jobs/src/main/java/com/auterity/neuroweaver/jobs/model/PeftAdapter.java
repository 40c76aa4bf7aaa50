package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A LoRA adapter in PEFT's two files: adapter_model.safetensors and adapter_config.json. Equal
 * adapters give equal bytes.
 */
public final class PeftAdapter {
  public static final String WEIGHTS_FILE = "adapter_model.safetensors";
  public static final String CONFIG_FILE = "adapter_config.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  private PeftAdapter() {}

  /** Writes both files into a folder, which is made if missing. */
  public static void write(Path folder, LoraAdapter adapter, String baseModelName) {
    AtomicFile.write(folder.resolve(WEIGHTS_FILE), weightsFile(adapter));
    AtomicFile.write(folder.resolve(CONFIG_FILE), configFile(adapter, baseModelName));
  }

  /** Reads both files of a folder for a model of this shape. */
  public static LoraAdapter read(Path folder, ModelConfig model) {
    Path config = folder.resolve(CONFIG_FILE);
    Path weights = folder.resolve(WEIGHTS_FILE);
    return of(
        Safetensors.read(weights),
        weights.toString(),
        JsonFile.read(config),
        config.toString(),
        model);
  }

  /** The bytes of adapter_model.safetensors. */
  public static byte[] weightsFile(LoraAdapter adapter) {
    List<Safetensors.Tensor> tensors = new ArrayList<>();
    for (Slice slice : adapter.slices()) {
      tensors.add(
          new Safetensors.Tensor(
              slice.name(),
              Safetensors.Type.F32,
              new int[] {slice.rows(), slice.cols()},
              Arrays.copyOfRange(
                  adapter.parameters(), slice.offset(), slice.offset() + slice.length())));
    }
    return Safetensors.bytes(tensors, Map.of("format", "pt"));
  }

  /** The bytes of adapter_config.json. */
  public static byte[] configFile(LoraAdapter adapter, String baseModelName) {
    LoraConfig lora = adapter.config();
    ObjectNode root = JSON.createObjectNode();
    root.put("base_model_name_or_path", baseModelName);
    root.put("bias", "none");
    root.put("fan_in_fan_out", false);
    root.put("inference_mode", true);
    root.put("lora_alpha", lora.alpha());
    root.put("lora_dropout", lora.dropout());
    root.put("peft_type", "LORA");
    root.put("r", lora.r());
    ArrayNode modules = root.putArray("target_modules");
    lora.targetModules().forEach(modules::add);
    root.put("task_type", "CAUSAL_LM");
    return TokenizerFiles.bytes(root);
  }

  /** The adapter that the bytes of both files hold, for a model of this shape. */
  public static LoraAdapter of(byte[] weightsFile, byte[] configFile, ModelConfig model) {
    return of(
        Safetensors.read(weightsFile, WEIGHTS_FILE),
        WEIGHTS_FILE,
        JsonFile.parse(configFile, CONFIG_FILE),
        CONFIG_FILE,
        model);
  }

  private static LoraAdapter of(
      Safetensors weights,
      String weightsName,
      JsonNode json,
      String configName,
      ModelConfig model) {
    LoraConfig config = config(json, configName);
    List<Slice> slices = LoraAdapter.slices(model, config);
    Slice last = slices.get(slices.size() - 1);
    float[] parameters = new float[last.offset() + last.length()];
    Set<String> known = new HashSet<>();
    for (Slice slice : slices) {
      known.add(slice.name());
      float[] values = weights.values(slice.name(), slice.rows(), slice.cols());
      System.arraycopy(values, 0, parameters, slice.offset(), values.length);
    }
    for (String name : weights.names()) {
      if (!known.contains(name)) {
        throw invalid(
            weightsName,
            "%s holds tensor %s, which %s and this base model have no place for"
                .formatted(weightsName, name, configName));
      }
    }
    return LoraAdapter.of(model, config, parameters);
  }

  private static LoraConfig config(JsonNode json, String source) {
    if (!json.path("peft_type").asText().equals("LORA")) {
      throw invalid(
          source,
          "%s: peft_type is %s; only \"LORA\" is supported"
              .formatted(source, json.path("peft_type")));
    }
    // Each of these changes the mathematics; none may be ignored.
    for (String flag : List.of("use_dora", "use_rslora", "fan_in_fan_out")) {
      if (json.path(flag).asBoolean(false)) {
        throw invalid(source, "%s: %s is true, which is not supported".formatted(source, flag));
      }
    }
    if (!json.path("bias").asText("none").equals("none")) {
      throw invalid(
          source,
          "%s: bias is %s; only \"none\" is supported".formatted(source, json.path("bias")));
    }
    for (String pattern : List.of("rank_pattern", "alpha_pattern")) {
      if (json.path(pattern).size() > 0) {
        throw invalid(source, "%s: %s is not supported".formatted(source, pattern));
      }
    }
    if (!json.path("r").isInt() || !json.path("lora_alpha").isNumber()) {
      throw invalid(source, "%s needs an integer r and a number lora_alpha".formatted(source));
    }
    List<String> modules = new ArrayList<>();
    json.path("target_modules").forEach(module -> modules.add(module.asText()));
    return new LoraConfig(
        json.get("r").asInt(),
        json.get("lora_alpha").asDouble(),
        json.path("lora_dropout").asDouble(0),
        modules);
  }

  private static NeuroWeaverException invalid(String source, String message) {
    return new NeuroWeaverException(ErrorKind.INVALID_INPUT, message, Map.of("file", source));
  }
}
