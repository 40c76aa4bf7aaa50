package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.jobs.tensor.CpuDevice;
import com.auterity.neuroweaver.jobs.tensor.Lane;
import com.auterity.neuroweaver.jobs.tensor.Precision;
import com.auterity.neuroweaver.jobs.tensor.Tensor;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import com.auterity.neuroweaver.jobs.tensor.Weights;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A quantized model is the full model of the numbers its codes stand for. */
final class QuantizedGradientTest {
  private static final ModelConfig CONFIG = TinyModels.tiny(false, false);

  @Test
  void gradientsEqualThoseOfTheDequantizedWeights() {
    for (Precision precision : Precision.values()) {
      for (WeightFormat format : new WeightFormat[] {WeightFormat.INT8, WeightFormat.NF4}) {
        agree(precision, format);
      }
    }
  }

  private static void agree(Precision precision, WeightFormat format) {
    MicroBatch batch = TinyModels.batch(CONFIG, 4, 9, 12);
    LoraAdapter adapter =
        LoraAdapter.init(CONFIG, new LoraConfig(3, 6, 0.1, LoraConfig.ALL_MODULES), 11);
    Random random = new Random(12);
    for (int i = 0; i < adapter.parameters().length; i++) {
      adapter.parameters()[i] += (float) (0.1 * random.nextGaussian());
    }
    Map<String, float[]> weights = TinyModels.weights(CONFIG, 6, 0.25);
    try (CpuDevice device = new CpuDevice(precision);
        LlamaModel full = LlamaModel.of(CONFIG, weights, device);
        LlamaModel quantized = LlamaModel.of(full.weights(), new ModelLoad(format, false), device);
        LlamaModel same = LlamaModel.of(CONFIG, dequantized(quantized, weights), device)) {
      int n = adapter.parameters().length;
      float[] expected = new float[n];
      float[] found = new float[n];
      float[] unquantized = new float[n];
      double loss = new LoraGradient(same).compute(adapter, batch, 2, expected).lossSum();
      double near = precision == Precision.FLOAT32 ? 1e-5 : 0.01;
      assertEquals(
          loss,
          new LoraGradient(quantized).compute(adapter, batch, 2, found).lossSum(),
          near * loss);
      new LoraGradient(full).compute(adapter, batch, 2, unquantized);
      String what = precision + " " + format;
      assertTrue(distance(expected, found) < near, what + " " + distance(expected, found));
      // Else nothing was quantized.
      assertTrue(distance(expected, unquantized) > 2e-3, what);
    }
  }

  /** |a - b| / |a|. */
  private static double distance(float[] a, float[] b) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < a.length; i++) {
      difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      norm += (double) a[i] * a[i];
    }
    return Math.sqrt(difference / norm);
  }

  private static Map<String, float[]> dequantized(LlamaModel model, Map<String, float[]> others) {
    Map<String, float[]> weights = new HashMap<>(others);
    for (int l = 0; l < CONFIG.layers(); l++) {
      LlamaModel.Layer layer = model.layers().get(l);
      cut(model, layer.qkv(), weights, l, LinearKind.Q, LinearKind.K, LinearKind.V);
      cut(model, layer.output(), weights, l, LinearKind.O);
      cut(model, layer.gateUp(), weights, l, LinearKind.GATE, LinearKind.UP);
      cut(model, layer.down(), weights, l, LinearKind.DOWN);
    }
    weights.put(LlamaModel.HEAD, read(model, model.head()));
    return weights;
  }

  private static void cut(
      LlamaModel model,
      Weights matrix,
      Map<String, float[]> weights,
      int layer,
      LinearKind... kinds) {
    float[] all = read(model, matrix);
    int from = 0;
    for (LinearKind kind : kinds) {
      int to = from + kind.out(CONFIG) * matrix.in();
      weights.put(kind.weightName(layer), Arrays.copyOfRange(all, from, to));
      from = to;
    }
  }

  /** A matrix (out x in) through products with the rows of the unit matrix, which round nothing. */
  private static float[] read(LlamaModel model, Weights matrix) {
    int in = matrix.in();
    int out = matrix.out();
    float[] unit = new float[in * in];
    for (int i = 0; i < in; i++) {
      unit[i * in + i] = 1;
    }
    float[] columns = new float[in * out];
    try (Lane lane = model.device().lane()) {
      Tensor x = lane.tensor(in, in);
      Tensor y = lane.tensor(in, out);
      lane.write(x, unit, 0);
      lane.linear(x, matrix, y);
      lane.read(y, columns, 0);
    }
    float[] values = new float[out * in];
    for (int r = 0; r < out; r++) {
      for (int c = 0; c < in; c++) {
        values[r * in + c] = columns[c * out + r];
      }
    }
    return values;
  }
}
