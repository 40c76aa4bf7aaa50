package com.auterity.neuroweaver.jobs.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A tiny random model in the layout of model hubs, written for a test. */
final class HubFolder {
  static final int VOCAB = 300;
  private static final ObjectMapper JSON = new ObjectMapper();

  final Path path;
  final JsonNode config;
  final Map<String, float[]> tensors = new LinkedHashMap<>();
  final Map<String, int[]> shapes = new LinkedHashMap<>();

  /** Shapes follow from the keys of config.json as model hubs define them. */
  HubFolder(Path path, String keys, long seed) throws Exception {
    this.path = path;
    this.config = JSON.readTree("{" + keys.replace('\'', '"') + "}");
    Files.createDirectories(path);
    TokenizerFiles.write(
        path,
        BpeTrainer.train(
            List.of("the brake squeals the brake squeals the belt squeals".repeat(3)).iterator(),
            275,
            TokenizerFiles.SPECIAL_TOKENS),
        64);
    Files.writeString(path.resolve("config.json"), config.toString());
    shapes();
    Random random = new Random(seed);
    shapes.forEach(
        (name, shape) -> {
          int n = 1;
          for (int size : shape) {
            n *= size;
          }
          float[] values = new float[n];
          for (int i = 0; i < n; i++) {
            values[i] =
                (float) (random.nextGaussian() * 0.25 + (name.endsWith("norm.weight") ? 1 : 0));
          }
          tensors.put(name, values);
        });
  }

  private void shapes() {
    String type = config.get("architectures").get(0).asText();
    int hidden = config.get("hidden_size").asInt();
    int heads = config.get("num_attention_heads").asInt();
    int headDim = config.path("head_dim").asInt(hidden / heads);
    int queries = heads * headDim;
    int keys = config.get("num_key_value_heads").asInt() * headDim;
    int inner = config.get("intermediate_size").asInt();
    boolean attentionBias = config.path("attention_bias").asBoolean(false);
    boolean qkvBias = attentionBias || type.equals("Qwen2ForCausalLM");
    boolean mlpBias = config.path("mlp_bias").asBoolean(false);
    matrix("model.embed_tokens", VOCAB, hidden, false);
    for (int l = 0; l < config.get("num_hidden_layers").asInt(); l++) {
      String at = "model.layers." + l + ".";
      shapes.put(at + "input_layernorm.weight", new int[] {hidden});
      shapes.put(at + "post_attention_layernorm.weight", new int[] {hidden});
      if (type.equals("Phi3ForCausalLM")) {
        matrix(at + "self_attn.qkv_proj", queries + 2 * keys, hidden, false);
        matrix(at + "mlp.gate_up_proj", 2 * inner, hidden, false);
      } else {
        matrix(at + "self_attn.q_proj", queries, hidden, qkvBias);
        matrix(at + "self_attn.k_proj", keys, hidden, qkvBias);
        matrix(at + "self_attn.v_proj", keys, hidden, qkvBias);
        matrix(at + "mlp.gate_proj", inner, hidden, mlpBias);
        matrix(at + "mlp.up_proj", inner, hidden, mlpBias);
      }
      if (type.equals("Qwen3ForCausalLM")) {
        shapes.put(at + "self_attn.q_norm.weight", new int[] {headDim});
        shapes.put(at + "self_attn.k_norm.weight", new int[] {headDim});
      }
      matrix(at + "self_attn.o_proj", hidden, queries, attentionBias);
      matrix(at + "mlp.down_proj", hidden, inner, mlpBias);
    }
    shapes.put("model.norm.weight", new int[] {hidden});
    if (!config.path("tie_word_embeddings").asBoolean(false)) {
      matrix("lm_head", VOCAB, hidden, false);
    }
  }

  private void matrix(String name, int out, int in, boolean bias) {
    shapes.put(name + ".weight", new int[] {out, in});
    if (bias) {
      shapes.put(name + ".bias", new int[] {out});
    }
  }

  /** Rounds the tensors to a type and writes them into one file. */
  HubFolder write(Safetensors.Type type) {
    write("model.safetensors", type, List.copyOf(shapes.keySet()));
    return this;
  }

  /** Writes some tensors into a file. */
  void write(String file, Safetensors.Type type, List<String> names) {
    List<Safetensors.Tensor> written = new ArrayList<>();
    for (String name : names) {
      written.add(new Safetensors.Tensor(name, type, shapes.get(name), tensors.get(name)));
    }
    Safetensors.write(path.resolve(file), written, Map.of("format", "pt"));
    Safetensors read = Safetensors.read(path.resolve(file));
    names.forEach(name -> tensors.put(name, read.values(name)));
  }

  HubReference reference() {
    return new HubReference(config, tensors);
  }
}
