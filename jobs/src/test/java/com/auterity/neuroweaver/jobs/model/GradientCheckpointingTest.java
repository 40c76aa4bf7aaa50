package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.jobs.tensor.CpuDevice;
import com.auterity.neuroweaver.jobs.tensor.NativeMemory;
import com.auterity.neuroweaver.jobs.tensor.Precision;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Computing a layer's activations once more changes no byte of the gradient, only the memory. */
final class GradientCheckpointingTest {
  /** What a micro-batch came to, and the native memory its lane holds afterwards: its peak. */
  private record Run(double loss, float[] gradient, long laneBytes) {}

  private static ModelConfig deep(int layers, Variant variant) {
    return new ModelConfig(
            32, 88, layers, 4, 2, 8, 61, 256, 10000, 1e-5, true, false, 1, List.of(2))
        .with(variant);
  }

  private static Run run(
      ModelConfig config,
      LoraConfig lora,
      Precision precision,
      WeightFormat format,
      MicroBatch batch,
      boolean checkpointing) {
    LoraAdapter adapter = LoraAdapter.init(config, lora, 8);
    Random random = new Random(3);
    for (int i = 0; i < adapter.parameters().length; i++) {
      adapter.parameters()[i] += (float) (0.05 * random.nextGaussian());
    }
    try (CpuDevice device = new CpuDevice(precision);
        LlamaModel source = LlamaModel.of(config, TinyModels.weights(config, 2, 0.1), device);
        LlamaModel model = LlamaModel.of(source.weights(), new ModelLoad(format, false), device)) {
      long before = NativeMemory.taken();
      float[] gradient = new float[adapter.parameters().length];
      Result result = new LoraGradient(model, checkpointing).compute(adapter, batch, 5, gradient);
      return new Run(result.lossSum(), gradient, NativeMemory.taken() - before);
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void theGradientsBytesAreTheSame(Precision precision) {
    LoraConfig all = new LoraConfig(4, 8, 0.1, LoraConfig.ALL_MODULES);
    LoraConfig undropped = new LoraConfig(16, 8, 0, LoraConfig.ALL_MODULES);
    LoraConfig some =
        new LoraConfig(4, 8, 0.3, List.of("layers.1.self_attn.o_proj", "layers.2.mlp.down_proj"));
    Variant qwen3 = Variant.plain(Architecture.QWEN3).withBiases(true, true, true);
    same(Variant.LLAMA, all, precision, WeightFormat.FULL);
    same(Variant.LLAMA, some, precision, WeightFormat.FULL);
    same(qwen3, undropped, precision, WeightFormat.FULL);
    same(qwen3, all, precision, WeightFormat.INT8);
    same(Variant.LLAMA, all, precision, WeightFormat.NF4);
  }

  private static void same(
      Variant variant, LoraConfig lora, Precision precision, WeightFormat format) {
    ModelConfig config = deep(3, variant);
    MicroBatch batch = TinyModels.batch(config, 7, 9, 1, 20);
    Run plain = run(config, lora, precision, format, batch, false);
    Run checkpointed = run(config, lora, precision, format, batch, true);
    assertEquals(plain.loss(), checkpointed.loss());
    assertArrayEquals(plain.gradient(), checkpointed.gradient());
  }

  @Test
  void memoryHardlyGrowsWithTheLayers() {
    LoraConfig lora = new LoraConfig(4, 8, 0.1, LoraConfig.ALL_MODULES);
    long[][] bytes = new long[2][2];
    for (int i = 0; i < 2; i++) {
      ModelConfig config = deep(i == 0 ? 3 : 13, Variant.LLAMA);
      MicroBatch batch = TinyModels.batch(config, 7, 40, 24);
      for (int c = 0; c < 2; c++) {
        bytes[i][c] =
            run(config, lora, Precision.FLOAT32, WeightFormat.FULL, batch, c == 1).laneBytes();
      }
    }
    assertTrue(bytes[1][1] < bytes[1][0] / 2, bytes[1][1] + " bytes, without " + bytes[1][0]);
    // Of ten layers more, inputs and the adapter's factors are kept, a small part of the rest.
    long plain = bytes[1][0] - bytes[0][0];
    long checkpointed = bytes[1][1] - bytes[0][1];
    assertTrue(checkpointed < plain / 4, checkpointed + " bytes, without " + plain);
  }

  @Test
  void layersBelowTheLowestAdapterKeepNothing() {
    ModelConfig config = deep(12, Variant.LLAMA);
    MicroBatch batch = TinyModels.batch(config, 7, 40, 24);
    LoraConfig top = new LoraConfig(4, 8, 0, List.of("layers.11.mlp.down_proj"));
    LoraConfig all = new LoraConfig(4, 8, 0, List.of("down_proj"));
    long few = run(config, top, Precision.FLOAT32, WeightFormat.FULL, batch, false).laneBytes();
    long many = run(config, all, Precision.FLOAT32, WeightFormat.FULL, batch, false).laneBytes();
    assertTrue(few < many / 2, few + " bytes, and for all layers " + many);
  }
}
