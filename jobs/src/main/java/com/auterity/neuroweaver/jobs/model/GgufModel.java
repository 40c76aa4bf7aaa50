package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Writes models and adapters as GGUF files that llama.cpp runs. A model's shape comes from its
 * config.json, its weights from rows by their hub names, which are read once, in order, as the file
 * is written. Norms and biases are F32, matrices of the wanted type; the output matrix of a Q4_0
 * file is Q8_0, because its errors reach the choice of a token undamped.
 */
public final class GgufModel {
  private final ModelConfig config;
  private final JsonNode json;
  private final String source;
  private final String name;
  private final GgufArchitecture architecture;
  private final Map<String, Object> tokenizer;

  GgufModel(
      ModelConfig config,
      JsonNode json,
      String source,
      String name,
      Map<String, Object> tokenizer) {
    this.config = config;
    this.json = json;
    this.source = source;
    this.name = name;
    this.architecture = GgufArchitecture.of(json, source);
    this.tokenizer = tokenizer;
    architecture.refuseWhatDiffers(json, config, source);
  }

  /** A model folder, with its tokenizer and chat template. */
  public static GgufModel of(ModelFolder folder) {
    Path file = folder.path().resolve("config.json");
    return new GgufModel(
        folder.config(),
        JsonFile.read(file),
        file.toString(),
        folder.path().toAbsolutePath().normalize().getFileName().toString(),
        GgufTokenizer.notes(folder.path(), folder.config()));
  }

  /**
   * A shape without a tokenizer, for weights of no meaning: ids below 256 are bytes, the others are
   * called {@code [id]}.
   *
   * @param hubArchitecture as in the {@code architectures} of config.json: Qwen2ForCausalLM ...
   */
  public static GgufModel of(ModelConfig config, String hubArchitecture, String name) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.putArray("architectures").add(hubArchitecture);
    json.putNull("sliding_window");
    return new GgufModel(config, json, name, name, GgufTokenizer.meaningless(config.vocabSize()));
  }

  /**
   * Writes the model, whole or not at all.
   *
   * @param weights rows by hub name ({@code model.layers.0.self_attn.q_proj.weight}), (out x in);
   *     vectors as one row; null where there is no such weight. Phi-3's fused maps may come fused
   *     or as their parts.
   */
  public void write(Path file, Function<String, MatrixSource> weights, GgufType type) {
    GgufWriter out = new GgufWriter();
    out.note("general.architecture", architecture.id());
    out.note("general.type", "model");
    out.note("general.name", acceptedName());
    out.note("general.file_type", type.fileType());
    if (type.block() > 1) {
      out.note("general.quantization_version", 2);
    }
    out.notes(architecture.notes(json, config, source));
    out.notes(tokenizer);
    tensors(out, weights, type);
    out.write(file);
  }

  /** The name, or null where it would make llama.cpp look for special tokens that are not there. */
  private String acceptedName() {
    boolean asksForPhisTokens = name.toLowerCase(Locale.ROOT).matches(".*phi-?3.*");
    boolean hasThem =
        tokenizer.get("tokenizer.ggml.tokens") instanceof List<?> tokens
            && tokens.containsAll(List.of("<unk>", "<s>", "<|endoftext|>"));
    return asksForPhisTokens && !hasThem ? null : name;
  }

  private void tensors(GgufWriter out, Function<String, MatrixSource> weights, GgufType type) {
    GgufType head = type == GgufType.Q4_0 ? GgufType.Q8_0 : type;
    int hidden = config.hiddenSize();
    boolean tied = config.tiedEmbeddings();
    float[] factors = architecture.ropeFactors(json, config);
    if (factors != null) {
      out.vector("rope_freqs.weight", factors);
    }
    out.matrix(
        "token_embd.weight",
        tied ? head : type,
        matrix(weights, LlamaModel.EMBEDDING, config.vocabSize(), hidden));
    for (int l = 0; l < config.layers(); l++) {
      String from = "model.layers." + l + ".";
      String to = "blk." + l + ".";
      out.vector(to + "attn_norm.weight", vector(weights, from + "input_layernorm.weight", hidden));
      if (architecture.fused()) {
        out.matrix(
            to + "attn_qkv.weight",
            type,
            fused(
                weights,
                from + "self_attn.qkv_proj.weight",
                l,
                LinearKind.Q,
                LinearKind.K,
                LinearKind.V));
      } else {
        linear(out, weights, type, l, LinearKind.Q, LinearKind.K, LinearKind.V);
      }
      if (architecture.headNorms()) {
        int headDim = config.headDim();
        out.vector(
            to + "attn_q_norm.weight", vector(weights, from + "self_attn.q_norm.weight", headDim));
        out.vector(
            to + "attn_k_norm.weight", vector(weights, from + "self_attn.k_norm.weight", headDim));
      }
      linear(out, weights, type, l, LinearKind.O);
      out.vector(
          to + "ffn_norm.weight",
          vector(weights, from + "post_attention_layernorm.weight", hidden));
      if (architecture.fused()) {
        out.matrix(
            to + "ffn_up.weight",
            type,
            fused(weights, from + "mlp.gate_up_proj.weight", l, LinearKind.GATE, LinearKind.UP));
      } else {
        linear(out, weights, type, l, LinearKind.GATE, LinearKind.UP);
      }
      linear(out, weights, type, l, LinearKind.DOWN);
    }
    out.vector("output_norm.weight", vector(weights, LlamaModel.FINAL_NORM, hidden));
    if (!tied) {
      out.matrix(
          "output.weight", head, matrix(weights, LlamaModel.HEAD, config.vocabSize(), hidden));
    }
  }

  private void linear(
      GgufWriter out,
      Function<String, MatrixSource> weights,
      GgufType type,
      int layer,
      LinearKind... kinds) {
    for (LinearKind kind : kinds) {
      String to = "blk." + layer + "." + GgufArchitecture.tensor(kind);
      MatrixSource rows = linear(weights, kind, layer);
      out.matrix(
          to + ".weight", type, turned(kind) ? new GgufHeadPairs(rows, config.headDim()) : rows);
      if (architecture.bias(kind, json)) {
        String name = kind.weightName(layer).replaceFirst("weight$", "bias");
        float[] bias = vector(weights, name, kind.out(config));
        out.vector(to + ".bias", turned(kind) ? GgufHeadPairs.of(bias, config.headDim()) : bias);
      }
    }
  }

  /** Whether llama.cpp wants the rows of this map with rotated pairs side by side. */
  private boolean turned(LinearKind kind) {
    return architecture.interleaved()
        && !config.ropeInterleaved()
        && (kind == LinearKind.Q || kind == LinearKind.K);
  }

  private MatrixSource linear(Function<String, MatrixSource> weights, LinearKind kind, int layer) {
    return matrix(weights, kind.weightName(layer), kind.out(config), kind.in(config));
  }

  private MatrixSource fused(
      Function<String, MatrixSource> weights, String name, int layer, LinearKind... kinds) {
    if (weights.apply(name) == null) {
      List<MatrixSource> parts = new ArrayList<>();
      for (LinearKind kind : kinds) {
        parts.add(linear(weights, kind, layer));
      }
      return MatrixSource.stacked(parts);
    }
    int out = 0;
    for (LinearKind kind : kinds) {
      out += kind.out(config);
    }
    return matrix(weights, name, out, config.hiddenSize());
  }

  private MatrixSource matrix(
      Function<String, MatrixSource> weights, String name, int rows, int cols) {
    MatrixSource found = weights.apply(name);
    if (found == null) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "%s: the model has no tensor %s, which its architecture needs".formatted(source, name),
          Map.of("file", source, "tensor", name));
    }
    if (found.rows() != rows || found.cols() != cols) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "%s: tensor %s is %d x %d; the configuration makes it %d x %d"
              .formatted(source, name, found.rows(), found.cols(), rows, cols),
          Map.of("file", source, "tensor", name));
    }
    return found;
  }

  private float[] vector(Function<String, MatrixSource> weights, String name, int length) {
    float[] values = new float[length];
    matrix(weights, name, 1, length).read(0, values, 0);
    return values;
  }

  /**
   * Writes a LoRA adapter for this model: {@code NAME.lora_a} (r x in) and {@code NAME.lora_b} (out
   * x r) beside each adapted tensor.
   *
   * @param type F32 or F16
   */
  public void writeAdapter(Path file, LoraAdapter adapter, GgufType type) {
    if (type != GgufType.F32 && type != GgufType.F16) {
      throw NeuroWeaverException.invalid(
          "an adapter is written as F32 or F16, not as " + type.name());
    }
    if (!adapter.model().equals(config)) {
      throw NeuroWeaverException.invalid("this adapter was made for a model of another shape");
    }
    GgufWriter out = new GgufWriter();
    out.note("general.architecture", architecture.id());
    out.note("general.type", "adapter");
    out.note("general.name", name + " adapter");
    out.note("general.file_type", type.fileType());
    out.note("adapter.type", "lora");
    out.note("adapter.lora.alpha", (float) adapter.config().alpha());
    List<GgufLoraMap> maps = GgufLoraMap.of(adapter);
    if (architecture.fused()) {
      maps = GgufLoraMap.fused(maps, config);
    }
    for (GgufLoraMap map : maps) {
      MatrixSource b = map.b(adapter.config().alpha());
      String tensor = "blk." + map.layer() + "." + map.tensor() + ".weight";
      out.matrix(tensor + ".lora_a", type, map.a());
      out.matrix(
          tensor + ".lora_b",
          type,
          map.kind() != null && turned(map.kind()) ? new GgufHeadPairs(b, config.headDim()) : b);
    }
    out.write(file);
  }

  /** The weights of a folder by hub name, for {@link #write}. */
  public static Function<String, MatrixSource> weights(ModelFolder folder) {
    return folder.weights()::source;
  }

  /** These weights with an adapter added, W + scale B A, computed as the rows are read. */
  public static Function<String, MatrixSource> merged(
      Function<String, MatrixSource> weights, LoraAdapter adapter) {
    Map<String, GgufLoraMap> maps = new LinkedHashMap<>();
    GgufLoraMap.of(adapter).forEach(map -> maps.put(map.kind().weightName(map.layer()), map));
    return hubName -> {
      MatrixSource base = weights.apply(hubName);
      GgufLoraMap map = maps.get(hubName);
      return base == null || map == null ? base : map.addedTo(base);
    };
  }
}
