package com.auterity.neuroweaver.bench.libtorch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The frozen weights, in bf16 or float32, none of which takes a gradient. */
final class Weights {
  private static final int CHUNK = 1 << 20;

  final Tensor embedding;
  final Tensor finalNorm;
  final List<Layer> layers = new ArrayList<>();

  /**
   * One block. {@code qkv} and {@code gateUp} lie one below the other; query, key, value, gate and
   * up are views of them, so that both ways of projecting read the same memory.
   */
  record Layer(
      Tensor attentionNorm,
      Tensor qkv,
      Tensor[] qkvParts,
      Tensor qkvBias,
      Tensor[] biasParts,
      Tensor output,
      Tensor mlpNorm,
      Tensor gateUp,
      Tensor[] gateUpParts,
      Tensor down) {}

  Weights(Shape shape, long seed, torch.ScalarType type) {
    embedding =
        matrix(seed, "model.embed_tokens.weight", 0.05, shape.vocab(), shape.hidden(), type);
    finalNorm = norm(seed, "model.norm.weight", shape.hidden(), type);
    for (int l = 0; l < shape.layers(); l++) {
      String prefix = "model.layers." + l + ".";
      Tensor qkv = stacked(shape, seed, prefix, type, 0, 1, 2);
      Tensor gateUp = stacked(shape, seed, prefix, type, 4, 5);
      Tensor bias = null;
      Tensor[] biasParts = {null, null, null};
      if (shape.attentionBias()) {
        bias = biases(shape, seed, prefix, type);
        biasParts = rows(bias, shape.queryWidth(), shape.keyWidth(), shape.keyWidth());
      }
      layers.add(
          new Layer(
              norm(seed, prefix + "input_layernorm.weight", shape.hidden(), type),
              qkv,
              rows(qkv, shape.queryWidth(), shape.keyWidth(), shape.keyWidth()),
              bias,
              biasParts,
              stacked(shape, seed, prefix, type, 3),
              norm(seed, prefix + "post_attention_layernorm.weight", shape.hidden(), type),
              gateUp,
              rows(gateUp, shape.intermediate(), shape.intermediate()),
              stacked(shape, seed, prefix, type, 6)));
    }
  }

  private static Tensor[] rows(Tensor matrix, int... counts) {
    Tensor[] parts = new Tensor[counts.length];
    long from = 0;
    for (int i = 0; i < counts.length; i++) {
      parts[i] = matrix.narrow(0, from, counts[i]);
      from += counts[i];
    }
    return parts;
  }

  private static Tensor stacked(
      Shape shape, long seed, String prefix, torch.ScalarType type, int... modules) {
    Tensor result;
    try (PointerScope scope = new PointerScope()) {
      Tensor[] parts = new Tensor[modules.length];
      for (int i = 0; i < modules.length; i++) {
        int m = modules[i];
        parts[i] =
            matrix(
                seed,
                prefix + Shape.MODULES[m] + ".weight",
                1 / Math.sqrt(shape.in(m)),
                shape.out(m),
                shape.in(m),
                type);
      }
      if (parts.length == 1) {
        return parts[0];
      }
      result = torch.cat(new TensorVector(parts));
      result.retainReference();
      for (Tensor part : parts) {
        part.releaseReference();
      }
    }
    return result;
  }

  private static Tensor biases(Shape shape, long seed, String prefix, torch.ScalarType type) {
    Tensor[] parts = new Tensor[3];
    for (int m = 0; m < 3; m++) {
      parts[m] =
          matrix(seed, prefix + Shape.MODULES[m] + ".bias", 0.1, 1, shape.out(m), type)
              .view(shape.out(m));
    }
    return torch.cat(new TensorVector(parts));
  }

  private static Tensor norm(long seed, String name, int width, torch.ScalarType type) {
    Tensor values = torch.zeros(width);
    fill(values.data_ptr_float(), 0, new SeededValues(seed, name, 1, 0.1f), width);
    return values.to(type);
  }

  /** Uniform with this standard deviation; outlives the scopes around the call. */
  private static Tensor matrix(
      long seed, String name, double deviation, long rows, long cols, torch.ScalarType type) {
    Tensor result;
    try (PointerScope scope = new PointerScope()) {
      Tensor values = torch.empty(rows, cols);
      fill(
          values.data_ptr_float(),
          0,
          new SeededValues(seed, name, 0, (float) (deviation * Math.sqrt(3))),
          rows * cols);
      result = values.to(type);
      result.retainReference();
    }
    return result;
  }

  static void fill(FloatPointer to, long offset, SeededValues values, long count) {
    float[] chunk = new float[(int) Math.min(CHUNK, count)];
    for (long from = 0; from < count; from += chunk.length) {
      int n = (int) Math.min(chunk.length, count - from);
      values.fill(from, chunk, n);
      to.position(offset + from).put(chunk, 0, n);
    }
  }
}
