package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
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

  /** The base model that a folder's adapter_config.json names. */
  public static String baseModelName(Path folder) {
    Path config = folder.resolve(CONFIG_FILE);
    JsonNode name = JsonFile.read(config).path("base_model_name_or_path");
    if (!name.isTextual() || name.textValue().isBlank()) {
      throw invalid(
          config.toString(),
          "%s: base_model_name_or_path is %s; it must name the base model"
              .formatted(config, name.isMissingNode() ? "missing" : name));
    }
    return name.textValue();
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
    return PeftConfig.bytes(adapter.config(), baseModelName);
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
    LoraConfig config = PeftConfig.read(json, configName);
    Values values = new Values(weights);
    boolean fused =
        weights.names().stream()
            .anyMatch(
                name -> FusedMap.MODULES.stream().anyMatch(m -> name.contains("." + m + ".")));
    LoraAdapter adapter =
        fused ? split(values, config, model) : whole(values, config.maps(model), config, model);
    for (String name : weights.names()) {
      if (!values.read.contains(name)) {
        throw invalid(
            weightsName,
            "%s holds tensor %s, which %s and this base model have no place for"
                .formatted(weightsName, name, configName));
      }
    }
    return adapter;
  }

  private static LoraAdapter whole(
      Values values, List<LoraMap> maps, LoraConfig config, ModelConfig model) {
    float[] parameters = new float[LoraAdapter.length(maps)];
    for (LoraMap map : maps) {
      for (Slice slice : List.of(map.a(), map.b())) {
        float[] tensor = values.of(slice.name(), slice.rows(), slice.cols());
        System.arraycopy(tensor, 0, parameters, slice.offset(), tensor.length);
      }
    }
    return LoraAdapter.of(model, config, parameters);
  }

  /** Adapters beside fused maps become adapters beside each of their parts. */
  private static LoraAdapter split(Values values, LoraConfig config, ModelConfig model) {
    List<LoraConfig.Place> places = new ArrayList<>();
    for (int layer = 0; layer < model.layers(); layer++) {
      for (LinearKind kind : LinearKind.values()) {
        FusedMap fused = FusedMap.of(kind);
        String path = kind.path(layer);
        if (fused != null && config.targets().selects(layer, fused.path(layer))) {
          path = fused.path(layer);
        } else if (fused != null || !config.targets().selects(layer, path)) {
          continue;
        }
        places.add(new LoraConfig.Place(layer, kind, config.rank(path), config.alpha(path)));
      }
    }
    LoraConfig exact = LoraConfig.exactly(model, config.dropout(), config.rslora(), places);
    List<LoraMap> maps = exact.maps(model);
    float[] parameters = new float[LoraAdapter.length(maps)];
    for (LoraMap map : maps) {
      FusedMap fused = FusedMap.of(map.kind());
      String path = fused == null ? map.kind().path(map.layer()) : fused.path(map.layer());
      String name = "base_model.model." + path;
      int out = fused == null ? map.b().rows() : fused.out(model);
      int firstRow = fused == null ? 0 : fused.firstRow(map.kind(), model);
      float[] a = values.of(name + ".lora_A.weight", map.rank(), map.a().cols());
      float[] b = values.of(name + ".lora_B.weight", out, map.rank());
      System.arraycopy(a, 0, parameters, map.a().offset(), a.length);
      System.arraycopy(b, firstRow * map.rank(), parameters, map.b().offset(), map.b().length());
    }
    return LoraAdapter.of(model, exact, parameters);
  }

  /** The tensors of a file, and which of them were asked for. */
  private static final class Values {
    private final Safetensors file;
    private final Set<String> read = new HashSet<>();

    Values(Safetensors file) {
      this.file = file;
    }

    float[] of(String name, int rows, int cols) {
      float[] values = file.values(name, rows, cols);
      read.add(name);
      return values;
    }
  }

  private static NeuroWeaverException invalid(String source, String message) {
    return new NeuroWeaverException(ErrorKind.INVALID_INPUT, message, Map.of("file", source));
  }
}
