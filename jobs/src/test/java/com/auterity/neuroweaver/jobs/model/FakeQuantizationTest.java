package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FakeQuantizationTest {
  @Test
  void int8RoundsToMultiplesOfAHundredTwentySeventhOfTheGreatest() {
    float[] row = {9, -12.7f, 0.04f, 0.06f, 6.34f, -6.36f, 0, 9};
    FakeQuantization.INT8.quantize(row, 1, 6);
    assertArrayEquals(new float[] {9, -12.7f, 0, 0.1f, 6.3f, -6.4f, 0, 9}, row, 1e-6f);
    float[] zeros = new float[5];
    FakeQuantization.INT8.quantize(zeros, 0, 5);
    assertArrayEquals(new float[5], zeros);
  }

  @Test
  void int4IsGgufsQ40BlockByBlock() {
    float[] row = new float[40];
    row[3] = -8;
    row[4] = 7.4f;
    row[5] = 8;
    row[6] = 0.5f;
    row[7] = -0.49f;
    // A block of its own, whose step is negative, so that -8 stands for its greatest value.
    row[32] = 16;
    row[33] = -14;
    row[34] = -16;
    row[35] = 3;
    FakeQuantization.INT4.quantize(row, 0, 40);
    assertEquals(-8, row[3]);
    assertEquals(7, row[4]);
    assertEquals(7, row[5]);
    assertEquals(1, row[6]);
    assertEquals(0, row[7]);
    assertEquals(16, row[32]);
    assertEquals(-14, row[33]);
    assertEquals(-14, row[34]);
    assertEquals(2, row[35]);
    assertEquals(0, row[20]);
  }

  @Test
  void quantizingTwiceChangesNothingMoreAndEachNumberStaysNear() {
    Random random = new Random(1);
    for (FakeQuantization quantization : FakeQuantization.values()) {
      float[] values = new float[3 * 70];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      MatrixSource once = quantization.of(MatrixSource.of(values, 0, 3, 70));
      MatrixSource twice = quantization.of(once);
      assertEquals(3, once.rows());
      assertEquals(70, once.cols());
      for (int r = 0; r < 3; r++) {
        float[] a = new float[70];
        float[] b = new float[70];
        once.read(r, a, 0);
        twice.read(r, b, 0);
        assertArrayEquals(a, b, 2e-3f);
        for (int j = 0; j < 70; j++) {
          assertEquals(
              values[r * 70 + j], a[j], quantization == FakeQuantization.INT8 ? 0.02 : 0.5);
        }
      }
    }
  }

  /** Where rounding is left out, the gradient is the adapter's as ever. */
  @Test
  void withinUnroundedWeightsTheGradientIsLorasOwn() {
    ModelConfig config = TinyModels.tiny(false, false);
    MicroBatch batch = TinyModels.batch(config, 4, 9, 12);
    for (List<String> modules :
        List.of(LoraConfig.ALL_MODULES, List.of("k_proj", "up_proj"), List.of("o_proj"))) {
      LoraAdapter adapter = LoraAdapter.init(config, new LoraConfig(3, 6, 0, modules), 11);
      Random random = new Random(12);
      float[] p = adapter.parameters();
      for (int i = 0; i < p.length; i++) {
        p[i] += (float) (0.1 * random.nextGaussian());
      }
      float[] beside = new float[p.length];
      float[] within = new float[p.length];
      try (LlamaModel model =
              LlamaModel.of(config, TinyModels.weights(config, 6, 0.25), Devices.float32());
          LlamaModel merged = model.merged(adapter)) {
        Result a = new LoraGradient(model).compute(adapter, batch, 1, beside);
        Result b = new LoraGradient(merged).computeWithin(adapter, batch, within);
        assertEquals(a.lossSum(), b.lossSum(), 1e-3);
      }
      double difference = 0;
      double norm = 0;
      for (int i = 0; i < p.length; i++) {
        difference += Math.pow(beside[i] - within[i], 2);
        norm += Math.pow(beside[i], 2);
      }
      assertTrue(norm > 0.01);
      assertEquals(0, Math.sqrt(difference / norm), 1e-4, modules.toString());
    }
  }

  @Test
  void dropoutWithinQuantizedWeightsIsRefused() {
    ModelConfig config = TinyModels.tiny(true, false);
    LoraAdapter adapter =
        LoraAdapter.init(config, new LoraConfig(3, 6, 0.1, LoraConfig.ALL_MODULES), 1);
    try (LlamaModel model =
        LlamaModel.of(config, TinyModels.weights(config, 6, 0.25), Devices.float32())) {
      assertThrows(
          NeuroWeaverException.class,
          () ->
              new LoraGradient(model)
                  .computeWithin(
                      adapter,
                      TinyModels.batch(config, 1, 4),
                      new float[adapter.parameters().length]));
    }
  }

  /** A few dozen steps: what was trained for four bits loses less in four bits. */
  @Test
  void trainingForFourBitsLosesLessInFourBits() {
    ModelConfig config =
        new ModelConfig(32, 64, 2, 4, 2, 8, 41, 64, 10000, 1e-5, true, false, 1, List.of(2));
    MicroBatch batch = TinyModels.batch(config, 5, 24, 24, 16);
    try (LlamaModel model =
        LlamaModel.of(config, TinyModels.weights(config, 7, 0.3), Devices.float32())) {
      double plain = quantizedLoss(model, trained(model, batch, null), batch);
      double aware = quantizedLoss(model, trained(model, batch, FakeQuantization.INT4), batch);
      System.out.printf("loss in four bits: trained without %.4f, with %.4f%n", plain, aware);
      assertTrue(aware < plain, aware + " is no less than " + plain);
    }
  }

  private static double quantizedLoss(LlamaModel model, LoraAdapter adapter, MicroBatch batch) {
    try (LlamaModel quantized = model.merged(adapter, FakeQuantization.INT4)) {
      return AdapterPruning.loss(quantized, null, List.of(batch));
    }
  }

  private static LoraAdapter trained(
      LlamaModel model, MicroBatch batch, FakeQuantization quantization) {
    LoraAdapter adapter =
        LoraAdapter.init(model.config(), new LoraConfig(8, 16, 0, LoraConfig.ALL_MODULES), 1);
    float[] gradient = new float[adapter.parameters().length];
    AdamW optimizer = new AdamW(gradient.length, 0.9, 0.99, 1e-8, 0);
    for (int step = 0; step < 60; step++) {
      if (quantization == null) {
        new LoraGradient(model).compute(adapter, batch, 0, gradient);
      } else {
        try (LlamaModel quantized = model.merged(adapter, quantization)) {
          new LoraGradient(quantized).computeWithin(adapter, batch, gradient);
        }
      }
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] /= batch.size();
      }
      optimizer.step(adapter.parameters(), gradient, 0.01);
    }
    return adapter;
  }
}
