package com.auterity.neuroweaver.jobs.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * What a config.json and its tensors mean, computed in double precision the obvious way, from the
 * definitions that model hubs publish: the oracle for every architecture. Reads the configuration
 * itself and shares no code with the engine.
 */
final class HubReference {
  private final JsonNode config;
  private final Map<String, float[]> tensors;
  private final String type;
  private final int hidden;
  private final int heads;
  private final int kvHeads;
  private final int headDim;
  private final int inner;
  private final double eps;

  HubReference(JsonNode config, Map<String, float[]> tensors) {
    this.config = config;
    this.tensors = tensors;
    this.type = config.get("architectures").get(0).asText();
    this.hidden = config.get("hidden_size").asInt();
    this.heads = config.get("num_attention_heads").asInt();
    this.kvHeads = config.get("num_key_value_heads").asInt();
    this.headDim = config.path("head_dim").asInt(hidden / heads);
    this.inner = config.get("intermediate_size").asInt();
    this.eps = config.get("rms_norm_eps").asDouble();
  }

  /** The logits after each token of one text. */
  double[][] logits(int[] tokens) {
    double[][] x = new double[tokens.length][];
    for (int i = 0; i < x.length; i++) {
      x[i] = row("model.embed_tokens.weight", tokens[i], hidden);
    }
    for (int l = 0; l < config.get("num_hidden_layers").asInt(); l++) {
      layer(l, x);
    }
    String head =
        config.path("tie_word_embeddings").asBoolean(false)
            ? "model.embed_tokens.weight"
            : "lm_head.weight";
    double[][] logits = new double[tokens.length][];
    for (int i = 0; i < x.length; i++) {
      logits[i] = linear(norm(x[i], "model.norm.weight"), head, null, 0, vocab());
    }
    return logits;
  }

  private int vocab() {
    return config.get("vocab_size").asInt();
  }

  private void layer(int l, double[][] x) {
    String at = "model.layers." + l + ".";
    int queries = heads * headDim;
    int keys = kvHeads * headDim;
    boolean fused = type.equals("Phi3ForCausalLM");
    double[][] q = new double[x.length][];
    double[][] k = new double[x.length][];
    double[][] v = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      double[] normed = norm(x[i], at + "input_layernorm.weight");
      String attention = at + "self_attn.";
      if (fused) {
        q[i] = linear(normed, attention + "qkv_proj.weight", null, 0, queries);
        k[i] = linear(normed, attention + "qkv_proj.weight", null, queries, keys);
        v[i] = linear(normed, attention + "qkv_proj.weight", null, queries + keys, keys);
      } else {
        q[i] = linear(normed, attention + "q_proj.weight", attention + "q_proj.bias", 0, queries);
        k[i] = linear(normed, attention + "k_proj.weight", attention + "k_proj.bias", 0, keys);
        v[i] = linear(normed, attention + "v_proj.weight", attention + "v_proj.bias", 0, keys);
      }
      for (int h = 0; h < heads; h++) {
        rotate(q[i], h * headDim, i, attention + "q_norm.weight");
      }
      for (int h = 0; h < kvHeads; h++) {
        rotate(k[i], h * headDim, i, attention + "k_norm.weight");
      }
    }
    int window = window(l);
    for (int i = 0; i < x.length; i++) {
      double[] attended = new double[queries];
      for (int h = 0; h < heads; h++) {
        int kv = h / (heads / kvHeads);
        double[] scores = new double[i + 1];
        double sum = 0;
        for (int j = 0; j <= i; j++) {
          if (window > 0 && i - j >= window) {
            continue;
          }
          double score = 0;
          for (int d = 0; d < headDim; d++) {
            score += q[i][h * headDim + d] * k[j][kv * headDim + d];
          }
          scores[j] = Math.exp(score / Math.sqrt(headDim));
          sum += scores[j];
        }
        for (int j = 0; j <= i; j++) {
          for (int d = 0; d < headDim; d++) {
            attended[h * headDim + d] += scores[j] / sum * v[j][kv * headDim + d];
          }
        }
      }
      String output = at + "self_attn.o_proj.";
      add(x[i], linear(attended, output + "weight", output + "bias", 0, hidden));
    }
    for (int i = 0; i < x.length; i++) {
      double[] normed = norm(x[i], at + "post_attention_layernorm.weight");
      String mlp = at + "mlp.";
      double[] gate;
      double[] up;
      if (fused) {
        gate = linear(normed, mlp + "gate_up_proj.weight", null, 0, inner);
        up = linear(normed, mlp + "gate_up_proj.weight", null, inner, inner);
      } else {
        gate = linear(normed, mlp + "gate_proj.weight", mlp + "gate_proj.bias", 0, inner);
        up = linear(normed, mlp + "up_proj.weight", mlp + "up_proj.bias", 0, inner);
      }
      for (int j = 0; j < inner; j++) {
        gate[j] = gate[j] / (1 + Math.exp(-gate[j])) * up[j];
      }
      add(x[i], linear(gate, mlp + "down_proj.weight", mlp + "down_proj.bias", 0, hidden));
    }
  }

  private int window(int l) {
    if (config.has("layer_types")) {
      return config.get("layer_types").get(l).asText().equals("sliding_attention")
          ? config.get("sliding_window").asInt()
          : 0;
    }
    int window = config.path("sliding_window").asInt(0);
    if (type.startsWith("Qwen")) {
      boolean slides =
          config.path("use_sliding_window").asBoolean(false)
              && l >= config.path("max_window_layers").asInt();
      return slides ? window : 0;
    }
    return window;
  }

  /** Normalizes a head, where there is a weight for that, and rotates it to its position. */
  private void rotate(double[] x, int at, int position, String norm) {
    if (tensors.containsKey(norm)) {
      double[] head = new double[headDim];
      System.arraycopy(x, at, head, 0, headDim);
      System.arraycopy(norm(head, norm), 0, x, at, headDim);
    }
    JsonNode rope =
        config.hasNonNull("rope_parameters")
            ? config.get("rope_parameters")
            : config.path("rope_scaling");
    double theta =
        rope.has("rope_theta")
            ? rope.get("rope_theta").asDouble()
            : config.get("rope_theta").asDouble();
    int dim = (int) (headDim * config.path("partial_rotary_factor").asDouble(1));
    for (int i = 0; i < dim / 2; i++) {
      double frequency = 1 / Math.pow(theta, 2.0 * i / dim);
      String kind = rope.path("rope_type").asText(rope.path("type").asText("default"));
      if (kind.equals("linear")) {
        frequency /= rope.get("factor").asDouble();
      } else if (kind.equals("llama3")) {
        double old = rope.get("original_max_position_embeddings").asDouble();
        double low = rope.get("low_freq_factor").asDouble();
        double high = rope.get("high_freq_factor").asDouble();
        double factor = rope.get("factor").asDouble();
        double wavelength = 2 * Math.PI / frequency;
        if (wavelength > old / low) {
          frequency /= factor;
        } else if (wavelength >= old / high) {
          double smooth = (old / wavelength - low) / (high - low);
          frequency = (1 - smooth) * frequency / factor + smooth * frequency;
        }
      }
      double cos = Math.cos(position * frequency);
      double sin = Math.sin(position * frequency);
      double a = x[at + i];
      double b = x[at + dim / 2 + i];
      x[at + i] = a * cos - b * sin;
      x[at + dim / 2 + i] = b * cos + a * sin;
    }
  }

  private double[] norm(double[] x, String name) {
    float[] weight = tensors.get(name);
    double squares = 0;
    for (double value : x) {
      squares += value * value;
    }
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] / Math.sqrt(squares / x.length + eps) * weight[i];
    }
    return y;
  }

  /**
   * Rows {@code from} to {@code from + count} of a matrix, times x, plus a bias if there is one.
   */
  private double[] linear(double[] x, String name, String bias, int from, int count) {
    float[] matrix = tensors.get(name);
    double[] y = new double[count];
    for (int r = 0; r < count; r++) {
      for (int c = 0; c < x.length; c++) {
        y[r] += matrix[(from + r) * x.length + c] * x[c];
      }
      if (bias != null && tensors.containsKey(bias)) {
        y[r] += tensors.get(bias)[r];
      }
    }
    return y;
  }

  private double[] row(String name, int row, int cols) {
    double[] values = new double[cols];
    for (int i = 0; i < cols; i++) {
      values[i] = tensors.get(name)[row * cols + i];
    }
    return values;
  }

  private static void add(double[] x, double[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] += y[i];
    }
  }
}
