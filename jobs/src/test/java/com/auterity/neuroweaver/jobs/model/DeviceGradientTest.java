package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.jobs.tensor.Device;
import com.auterity.neuroweaver.jobs.tensor.Precision;
import com.auterity.neuroweaver.jobs.tensor.TestDevice;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Loss and gradients of a whole tiny model on each device, against the double-precision oracle. */
final class DeviceGradientTest {
  private static final LoraConfig LORA = new LoraConfig(3, 6, 0, LoraConfig.ALL_MODULES);

  /** A tiny model and what the oracle says of it; made once for all devices. */
  private static final class Case {
    static final List<Case> ALL = List.of(new Case(true), new Case(false));

    final ModelConfig config;
    final Map<String, float[]> weights;
    final MicroBatch batch;
    final LoraAdapter adapter;
    final double loss;

    /** By finite differences; of larger matrices every seventh element, NaN elsewhere. */
    final double[] gradient;

    Case(boolean hub) {
      config = TinyModels.tiny(hub, !hub);
      weights = TinyModels.weights(config, 5, 0.25);
      batch = TinyModels.batch(config, 3, 5, 1, 7);
      adapter = LoraAdapter.init(config, LORA, 11);
      Random random = new Random(12);
      float[] p = adapter.parameters();
      double[] exact = new double[p.length];
      for (int i = 0; i < p.length; i++) {
        p[i] += (float) (0.1 * random.nextGaussian());
        exact[i] = p[i];
      }
      LlamaOracle oracle = new LlamaOracle(config, weights, LORA);
      loss = oracle.loss(batch, exact);
      gradient = new double[p.length];
      Arrays.fill(gradient, Double.NaN);
      for (Slice slice : adapter.slices()) {
        for (int i = 0; i < slice.length(); i += slice.length() > 40 ? 7 : 1) {
          int at = slice.offset() + i;
          double step = 1e-5;
          double[] moved = exact.clone();
          moved[at] = exact[at] + step;
          double plus = oracle.loss(batch, moved);
          moved[at] = exact[at] - step;
          gradient[at] = (plus - oracle.loss(batch, moved)) / (2 * step);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TestDevice.class)
  void anAdaptersLossAndGradientAreTheOracles(TestDevice kind) {
    Device device = kind.get();
    double tolerance = device.precision() == Precision.BF16 ? 0.1 : 2e-4;
    for (Case c : Case.ALL) {
      float[] gradient = new float[c.gradient.length];
      try (LlamaModel model = LlamaModel.of(c.config, c.weights, device)) {
        Result result = new LoraGradient(model).compute(c.adapter, c.batch, 1, gradient);
        assertEquals(c.loss, result.lossSum(), tolerance / 5 * c.loss);
      }
      for (Slice slice : c.adapter.slices()) {
        double squares = 0;
        double apart = 0;
        for (int i = slice.offset(); i < slice.offset() + slice.length(); i++) {
          if (!Double.isNaN(c.gradient[i])) {
            squares += c.gradient[i] * c.gradient[i];
            apart += Math.pow(gradient[i] - c.gradient[i], 2);
          }
        }
        double relative = Math.sqrt(apart / squares);
        assertTrue(relative < tolerance, slice.name() + " is " + relative + " apart");
      }
    }
  }

  /** Pretraining changes weights between steps, and every gradient is that of the new ones. */
  @ParameterizedTest
  @EnumSource(TestDevice.class)
  void theGradientOfAllWeightsFollowsAnUpdate(TestDevice kind) {
    Device device = kind.get();
    double tolerance = device.precision() == Precision.BF16 ? 5e-2 : 1e-4;
    ModelConfig config = TinyModels.tiny(true, false);
    MicroBatch batch = TinyModels.batch(config, 3, 7, 1, 13);
    Map<String, float[]> first = TinyModels.weights(config, 5, 0.25);
    Map<String, float[]> second = TinyModels.weights(config, 6, 0.25);
    LoraConfig none = new LoraConfig(1, 1, 0, List.of("q_proj"));
    double[] zero = new double[LoraAdapter.init(config, none, 1).parameters().length];
    try (LlamaModel model = LlamaModel.of(config, first, device);
        LlamaModel other = LlamaModel.of(config, second, device)) {
      model.update(other.parameters());
      float[] gradient = new float[model.parameters().length];
      Result result = new FullGradient(model).compute(batch, gradient);
      double expected = new LlamaOracle(config, second, none).loss(batch, zero);
      assertEquals(expected, result.lossSum(), tolerance / 5 * expected);
      for (Slice slice : LlamaModel.slices(config)) {
        // The derivative along the slice's own gradient is the gradient's length.
        double squares = 0;
        for (int i = 0; i < slice.length(); i++) {
          squares += Math.pow(gradient[slice.offset() + i], 2);
        }
        double norm = Math.sqrt(squares);
        double step = 1e-4;
        double measured = 0;
        for (int sign = -1; sign <= 1; sign += 2) {
          Map<String, float[]> moved = new java.util.HashMap<>(second);
          float[] values = second.get(slice.name()).clone();
          for (int i = 0; i < values.length; i++) {
            values[i] += (float) (sign * step * gradient[slice.offset() + i] / norm);
          }
          moved.put(slice.name(), values);
          measured += sign * new LlamaOracle(config, moved, none).loss(batch, zero);
        }
        measured /= 2 * step;
        assertEquals(measured, norm, Math.max(5e-3, tolerance) * measured, slice.name());
      }
    }
  }
}
