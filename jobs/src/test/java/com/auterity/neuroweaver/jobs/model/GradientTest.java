package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.jobs.tensor.Devices;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Gradients against central differences of the loss, in float32. */
final class GradientTest {
  private static final double STEP = 4e-3;

  private static List<ModelConfig> configurations() {
    ModelConfig tied = TinyModels.tiny(true, false);
    ModelConfig untied = TinyModels.tiny(false, false);
    return List.of(
        tied,
        TinyModels.tiny(false, true),
        tied.with(Variant.plain(Architecture.QWEN2)),
        untied.with(Variant.plain(Architecture.QWEN3).withBiases(true, true, false)),
        untied.with(Variant.plain(Architecture.MISTRAL).withWindows(List.of(4, 0))),
        tied.with(Variant.LLAMA.withBiases(true, true, true)),
        untied.with(
            Variant.plain(Architecture.PHI3)
                .withRope(0.7, RopeScaling.llama3(8, 1, 4, 32))
                .withWindows(List.of(3, 5))));
  }

  @Test
  void gradientOfAllWeightsAgreesWithFiniteDifferences() {
    for (ModelConfig config : configurations()) {
      MicroBatch batch = TinyModels.batch(config, 3, 7, 1, 13);
      try (LlamaModel model =
          LlamaModel.of(config, TinyModels.weights(config, 5, 0.25), Devices.float32())) {
        float[] parameters = model.parameters();
        float[] gradient = new float[parameters.length];
        Result result = new FullGradient(model).compute(batch, gradient);
        LoraGradient forward = new LoraGradient(model);
        assertEquals(result.lossSum(), forward.loss(null, batch).lossSum(), 1e-4);
        Random random = new Random(9);
        for (Slice slice : LlamaModel.slices(config)) {
          // Along a random direction in each tensor, and along single elements.
          float[] direction = new float[slice.length()];
          double expected = 0;
          double norm = 0;
          for (int i = 0; i < direction.length; i++) {
            direction[i] = (float) random.nextGaussian();
            norm += direction[i] * direction[i];
          }
          norm = Math.sqrt(norm);
          for (int i = 0; i < direction.length; i++) {
            direction[i] /= (float) norm;
            expected += (double) direction[i] * gradient[slice.offset() + i];
          }
          double plus = lossAt(model, forward, batch, parameters, slice, direction, STEP);
          double minus = lossAt(model, forward, batch, parameters, slice, direction, -STEP);
          double measured = (plus - minus) / (2 * STEP);
          assertEquals(measured, expected, 0.01 + 0.01 * Math.abs(measured), config + slice.name());
        }
        model.update(parameters);
      }
    }
  }

  private static double lossAt(
      LlamaModel model,
      LoraGradient forward,
      MicroBatch batch,
      float[] parameters,
      Slice slice,
      float[] direction,
      double by) {
    float[] moved = parameters.clone();
    for (int i = 0; i < direction.length; i++) {
      moved[slice.offset() + i] += (float) (by * direction[i]);
    }
    model.update(moved);
    return forward.loss(null, batch).lossSum();
  }

  @Test
  void gradientOfAnAdapterAgreesWithFiniteDifferences() {
    List<List<String>> choices =
        List.of(
            LoraConfig.ALL_MODULES,
            List.of("q_proj", "v_proj"),
            List.of("o_proj"),
            List.of("gate_proj", "up_proj"),
            List.of("down_proj"));
    adapterAgrees(TinyModels.tiny(true, false), choices);
    for (ModelConfig config : configurations()) {
      adapterAgrees(config, choices.subList(0, 1));
    }
  }

  private static void adapterAgrees(ModelConfig config, List<List<String>> choices) {
    MicroBatch batch = TinyModels.batch(config, 4, 9, 12);
    try (LlamaModel model =
        LlamaModel.of(config, TinyModels.weights(config, 6, 0.25), Devices.float32())) {
      LoraGradient lora = new LoraGradient(model);
      for (List<String> modules : choices) {
        LoraConfig loraConfig = new LoraConfig(3, 6, 0, modules);
        LoraAdapter adapter = LoraAdapter.init(config, loraConfig, 11);
        Random random = new Random(12);
        float[] p = adapter.parameters();
        for (int i = 0; i < p.length; i++) {
          p[i] += (float) (0.1 * random.nextGaussian());
        }
        float[] gradient = new float[p.length];
        Result result = lora.compute(adapter, batch, 1, gradient);
        assertEquals(result.lossSum(), lora.loss(adapter, batch).lossSum(), 1e-4);
        for (Slice slice : adapter.slices()) {
          double squares = 0;
          for (int i = 0; i < slice.length(); i++) {
            squares += gradient[slice.offset() + i] * gradient[slice.offset() + i];
          }
          double norm = Math.sqrt(squares);
          assertTrue(norm > 0, slice.name());
          float[] moved = p.clone();
          double measured = 0;
          for (int sign = -1; sign <= 1; sign += 2) {
            for (int i = 0; i < slice.length(); i++) {
              int at = slice.offset() + i;
              moved[at] = (float) (p[at] + sign * STEP * gradient[at] / norm);
            }
            measured +=
                sign * lora.loss(LoraAdapter.of(config, loraConfig, moved), batch).lossSum();
          }
          measured /= 2 * STEP;
          assertEquals(measured, norm, 0.01 + 0.01 * norm, modules + " " + slice.name());
        }
      }
    }
  }
}
