package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.jobs.tensor.Devices;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SampleLossesTest {
  private static final ModelConfig CONFIG =
      new ModelConfig(96, 160, 3, 6, 2, 16, 211, 1024, 10000, 1e-5, true, false, 1, List.of(2));

  @Test
  void eachSampleOfAPackedBatchHasTheLossThatDoublePrecisionGivesItAlone() {
    Map<String, float[]> weights = TinyModels.weights(CONFIG, 2, 0.1);
    LlamaOracle oracle =
        new LlamaOracle(CONFIG, weights, new LoraConfig(4, 8, 0, LoraConfig.ALL_MODULES));
    // More targets than the 512 whose logits are computed at once, and a sample without any.
    MicroBatch packed = TinyModels.batch(CONFIG, 5, 19, 330, 1, 390, 26);
    double[] noAdapter =
        new double
            [LoraAdapter.init(CONFIG, new LoraConfig(4, 8, 0, LoraConfig.ALL_MODULES), 8)
                .parameters()
                .length];
    try (LlamaModel model = LlamaModel.of(CONFIG, weights, Devices.float32())) {
      LoraGradient forward = new LoraGradient(model);
      double[] losses = forward.losses(null, packed);
      assertEquals(5, losses.length);
      int from = 0;
      for (double loss : losses) {
        int to = from;
        while (to < packed.size() && packed.segments()[to] == packed.segments()[from]) {
          to++;
        }
        MicroBatch alone =
            new MicroBatch(
                Arrays.copyOfRange(packed.tokens(), from, to),
                Arrays.copyOfRange(packed.targets(), from, to),
                Arrays.copyOfRange(packed.positions(), from, to),
                Arrays.copyOfRange(packed.segments(), from, to));
        double wanted = oracle.loss(alone, noAdapter);
        assertEquals(wanted, loss, 1e-4 * Math.max(1, wanted));
        from = to;
      }
      double whole = forward.loss(null, packed).lossSum();
      assertEquals(whole, Arrays.stream(losses).sum(), 1e-9 * whole);
      assertTrue(whole > 0);
    }
  }
}
