package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A checkpoint in llama2.c's first format: seven int32 (dim, hidden, layers, heads, kv heads,
 * vocabulary, positions), then float32 weights, each kind for all layers together; little-endian,
 * rotary pairs adjacent. A negative vocabulary size says that the output matrix is not shared.
 */
public record Llama2cCheckpoint(ModelConfig config, Map<String, float[]> weights) {
  private static final int HEADER_BYTES = 7 * Integer.BYTES;

  public static Llama2cCheckpoint read(Path file) {
    byte[] bytes = JsonFile.bytes(file);
    if (bytes.length < HEADER_BYTES) {
      throw invalid(file, "%s has %d bytes; the header alone has 28".formatted(file, bytes.length));
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int dim = in.getInt();
    int hidden = in.getInt();
    int layers = in.getInt();
    int heads = in.getInt();
    int kvHeads = in.getInt();
    int vocab = in.getInt();
    int positions = in.getInt();
    if (dim <= 0 || heads <= 0 || dim % heads != 0 || layers > 10_000) {
      throw invalid(
          file,
          "%s is no llama2.c checkpoint: it says %d layers, and width %d for %d heads"
              .formatted(file, layers, dim, heads));
    }
    ModelConfig config =
        new ModelConfig(
            dim,
            hidden,
            layers,
            heads,
            kvHeads,
            dim / heads,
            Math.abs(vocab),
            positions,
            10000.0,
            1e-5,
            vocab > 0,
            true,
            1,
            List.of(2));
    long expected = HEADER_BYTES + 4 * floats(config);
    if (bytes.length != expected) {
      throw invalid(
          file,
          "%s has %d bytes; the shape in its header needs %d"
              .formatted(file, bytes.length, expected));
    }
    Map<String, float[]> weights = weights(config, in.asFloatBuffer());
    weights.forEach(
        (name, values) -> {
          for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
              throw invalid(
                  file,
                  "%s has %s at %d of %s; every weight must be a finite number"
                      .formatted(file, values[i], i, name));
            }
          }
        });
    return new Llama2cCheckpoint(config, weights);
  }

  private static Map<String, float[]> weights(ModelConfig config, FloatBuffer in) {
    Map<String, float[]> weights = new LinkedHashMap<>();
    weights.put("model.embed_tokens.weight", take(in, config.vocabSize() * config.hiddenSize()));
    norms(weights, config, in, "input_layernorm");
    linears(weights, config, in, LinearKind.Q, LinearKind.K, LinearKind.V, LinearKind.O);
    norms(weights, config, in, "post_attention_layernorm");
    linears(weights, config, in, LinearKind.GATE, LinearKind.DOWN, LinearKind.UP);
    weights.put("model.norm.weight", take(in, config.hiddenSize()));
    take(in, config.maxPositions() * config.headDim()); // sines and cosines, computed anew
    if (!config.tiedEmbeddings()) {
      weights.put("lm_head.weight", take(in, config.vocabSize() * config.hiddenSize()));
    }
    return weights;
  }

  private static void linears(
      Map<String, float[]> weights, ModelConfig config, FloatBuffer in, LinearKind... kinds) {
    for (LinearKind kind : kinds) {
      for (int layer = 0; layer < config.layers(); layer++) {
        weights.put(kind.weightName(layer), take(in, kind.out(config) * kind.in(config)));
      }
    }
  }

  private static void norms(
      Map<String, float[]> weights, ModelConfig config, FloatBuffer in, String name) {
    for (int layer = 0; layer < config.layers(); layer++) {
      weights.put(
          "model.layers.%d.%s.weight".formatted(layer, name), take(in, config.hiddenSize()));
    }
  }

  private static long floats(ModelConfig config) {
    long layer = 2L * config.hiddenSize();
    for (LinearKind kind : LinearKind.values()) {
      layer += (long) kind.out(config) * kind.in(config);
    }
    long embedding = (long) config.vocabSize() * config.hiddenSize();
    return embedding * (config.tiedEmbeddings() ? 1 : 2)
        + config.layers() * layer
        + config.hiddenSize()
        + (long) config.maxPositions() * config.headDim();
  }

  private static float[] take(FloatBuffer in, int count) {
    float[] out = new float[count];
    in.get(out);
    return out;
  }

  private static NeuroWeaverException invalid(Path file, String message) {
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT, message, Map.of("file", file.toString()));
  }
}
