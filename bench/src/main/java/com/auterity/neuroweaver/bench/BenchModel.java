package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.model.Architecture;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.ModelConfig;
import com.auterity.neuroweaver.jobs.model.ModelLoad;
import com.auterity.neuroweaver.jobs.model.ModelTensor;
import com.auterity.neuroweaver.jobs.model.ModelWeights;
import com.auterity.neuroweaver.jobs.model.Slice;
import com.auterity.neuroweaver.jobs.model.Variant;
import com.auterity.neuroweaver.jobs.tensor.Device;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model's shape with seeded random weights: speed does not depend on what was learnt. */
record BenchModel(String name, ModelConfig config) {
  static final long SEED = 1;

  /** Names of the shapes, smallest first. */
  static final List<String> NAMES = List.of("nano", "135m", "0.5b");

  static BenchModel of(String name, Path home) {
    return new BenchModel(
        name,
        switch (name) {
          case "nano" ->
              read(home.resolve("config").resolve("models").resolve("nano").resolve("config.json"));
          // SmolLM2-135M.
          case "135m" -> config(576, 1536, 30, 9, 3, 64, 49152, 100_000, 1e-5);
          // Qwen2.5-0.5B, whose query, key and value maps have biases.
          case "0.5b" ->
              config(896, 4864, 24, 14, 2, 64, 151936, 1_000_000, 1e-6)
                  .with(Variant.plain(Architecture.QWEN2));
          default ->
              throw NeuroWeaverException.invalid(
                  "there is no shape %s; there are %s".formatted(name, NAMES));
        });
  }

  /** The shape alone; opening the folder would load a tokenizer, too. */
  private static ModelConfig read(Path file) {
    try {
      JsonNode json = new ObjectMapper().readTree(file.toFile());
      return config(
          json.required("hidden_size").asInt(),
          json.required("intermediate_size").asInt(),
          json.required("num_hidden_layers").asInt(),
          json.required("num_attention_heads").asInt(),
          json.required("num_key_value_heads").asInt(),
          json.required("head_dim").asInt(),
          json.required("vocab_size").asInt(),
          json.required("rope_theta").asDouble(),
          json.required("rms_norm_eps").asDouble());
    } catch (IOException | IllegalArgumentException e) {
      throw NeuroWeaverException.invalid("cannot read %s: %s".formatted(file, e.getMessage()));
    }
  }

  private static ModelConfig config(
      int hidden,
      int intermediate,
      int layers,
      int heads,
      int kvHeads,
      int headDim,
      int vocab,
      double theta,
      double eps) {
    return new ModelConfig(
        hidden,
        intermediate,
        layers,
        heads,
        kvHeads,
        headDim,
        vocab,
        2048,
        theta,
        eps,
        true,
        false,
        -1,
        List.of(0));
  }

  /** Large enough that every part of the network shows in the loss. */
  static SeededValues values(String name, int inputs) {
    if (name.endsWith("norm.weight")) {
      return SeededValues.of(SEED, name, 1, 0.1f);
    }
    double deviation =
        name.endsWith(".bias")
            ? 0.1
            : name.equals("model.embed_tokens.weight") ? 0.05 : 1 / Math.sqrt(inputs);
    return SeededValues.of(SEED, name, 0, (float) (deviation * Math.sqrt(3)));
  }

  /** Every weight by its hub name, computed as it is read. */
  ModelWeights weights() {
    Map<String, MatrixSource> sources = new LinkedHashMap<>();
    for (ModelTensor tensor : LlamaModel.tensors(config)) {
      sources.put(
          tensor.name(), values(tensor.name(), tensor.cols()).matrix(tensor.rows(), tensor.cols()));
    }
    return ModelWeights.of(config, sources);
  }

  LlamaModel load(ModelLoad load, Device device) {
    return LlamaModel.of(weights(), load, device);
  }

  /** An adapter whose every part matters: A as PEFT begins, B small but not zero. */
  LoraAdapter adapter(LoraConfig lora) {
    List<Slice> slices = LoraAdapter.slices(config, lora);
    Slice last = slices.get(slices.size() - 1);
    float[] parameters = new float[last.offset() + last.length()];
    for (Slice slice : slices) {
      float scale =
          slice.name().endsWith("lora_A.weight") ? (float) (1 / Math.sqrt(slice.cols())) : 0.02f;
      SeededValues.of(SEED, slice.name(), 0, scale)
          .fill(0, parameters, slice.offset(), slice.length());
    }
    return LoraAdapter.of(config, lora, parameters);
  }

  /** Numbers every token is multiplied with: all matrices, the head among them, once each. */
  long multiplied() {
    return multipliedInBlocks() + (long) config.vocabSize() * config.hiddenSize();
  }

  /** As {@link #multiplied}, without the head. */
  long multipliedInBlocks() {
    long perLayer =
        (long) config.hiddenSize() * (config.queryWidth() + 2L * config.keyWidth())
            + (long) config.queryWidth() * config.hiddenSize()
            + 3L * config.hiddenSize() * config.intermediateSize();
    return config.layers() * perLayer;
  }
}
