package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.jobs.tensor.Heads;
import com.auterity.neuroweaver.jobs.tensor.Oracle;
import java.util.Arrays;
import java.util.Map;

/** A Llama model with an adapter as obvious loops in double precision. */
final class LlamaOracle {
  private final ModelConfig config;
  private final Map<String, float[]> weights;
  private final LoraConfig lora;

  LlamaOracle(ModelConfig config, Map<String, float[]> weights, LoraConfig lora) {
    this.config = config;
    this.weights = weights;
    this.lora = lora;
  }

  private double[] weight(String name) {
    float[] floats = weights.get(name);
    double[] values = new double[floats.length];
    Arrays.setAll(values, i -> floats[i]);
    return values;
  }

  /** The sum of the loss over target tokens. */
  double loss(MicroBatch batch, double[] adapter) {
    int n = batch.size();
    int hidden = config.hiddenSize();
    double[] embedding = weight(LlamaModel.EMBEDDING);
    double[] x = new double[n * hidden];
    for (int i = 0; i < n; i++) {
      System.arraycopy(embedding, batch.tokens()[i] * hidden, x, i * hidden, hidden);
    }
    for (int l = 0; l < config.layers(); l++) {
      x = layer(l, x, batch, adapter);
    }
    double[] normed = Oracle.rmsNorm(x, weight(LlamaModel.FINAL_NORM), config.rmsNormEps());
    double[] head = config.tiedEmbeddings() ? embedding : weight(LlamaModel.HEAD);
    double[] logits = Oracle.linear(normed, head, n, hidden, config.vocabSize());
    return Arrays.stream(Oracle.crossEntropy(logits, config.vocabSize(), batch.targets())).sum();
  }

  private double[] layer(int l, double[] x, MicroBatch batch, double[] adapter) {
    int n = batch.size();
    Heads heads = new Heads(config.heads(), config.kvHeads(), config.headDim());
    double[] normed =
        Oracle.rmsNorm(x, weight(LlamaModel.attentionNormName(l)), config.rmsNormEps());
    double[] qkv =
        beside(
            n,
            map(l, LinearKind.Q, normed, n, adapter),
            map(l, LinearKind.K, normed, n, adapter),
            map(l, LinearKind.V, normed, n, adapter));
    qkv =
        Oracle.rotary(
            qkv,
            heads.width(),
            heads.heads() + heads.kvHeads(),
            heads.headDim(),
            batch.positions(),
            config.ropeTheta(),
            config.ropeInterleaved(),
            false);
    double[] attended = Oracle.attention(qkv, heads, bounds(batch.segments()));
    double[] middle = Oracle.plus(x, map(l, LinearKind.O, attended, n, adapter));
    double[] again = Oracle.rmsNorm(middle, weight(LlamaModel.mlpNormName(l)), config.rmsNormEps());
    double[] gateUp =
        beside(
            n,
            map(l, LinearKind.GATE, again, n, adapter),
            map(l, LinearKind.UP, again, n, adapter));
    double[] active = Oracle.swiglu(gateUp, config.intermediateSize());
    return Oracle.plus(middle, map(l, LinearKind.DOWN, active, n, adapter));
  }

  /** x W^T + scale x A^T B^T. */
  private double[] map(int l, LinearKind kind, double[] x, int n, double[] adapter) {
    int in = kind.in(config);
    int out = kind.out(config);
    double[] y = Oracle.linear(x, weight(kind.weightName(l)), n, in, out);
    for (LoraMap map : lora.maps(config)) {
      if (map.layer() == l && map.kind() == kind) {
        double[] low = Oracle.linear(x, values(adapter, map.a()), n, in, map.rank());
        double[] added = Oracle.linear(low, values(adapter, map.b()), n, map.rank(), out);
        for (int i = 0; i < y.length; i++) {
          y[i] += map.scale() * added[i];
        }
      }
    }
    return y;
  }

  private static double[] values(double[] adapter, Slice at) {
    return Arrays.copyOfRange(adapter, at.offset(), at.offset() + at.length());
  }

  private static double[] beside(int n, double[]... parts) {
    int width = 0;
    for (double[] part : parts) {
      width += part.length / n;
    }
    double[] all = new double[n * width];
    for (int r = 0, at = 0; r < n; r++) {
      for (double[] part : parts) {
        System.arraycopy(part, r * (part.length / n), all, at, part.length / n);
        at += part.length / n;
      }
    }
    return all;
  }

  private static int[] bounds(int[] segments) {
    int[] bounds = new int[segments.length + 1];
    int n = 1;
    for (int i = 1; i < segments.length; i++) {
      if (segments[i] != segments[i - 1]) {
        bounds[n++] = i;
      }
    }
    bounds[n++] = segments.length;
    return Arrays.copyOf(bounds, n);
  }
}
