package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Device;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Equal arguments give equal bytes; a packed batch gives what its samples give alone. */
final class DeterminismTest {
  private static final ModelConfig CONFIG =
      new ModelConfig(96, 160, 3, 6, 2, 16, 211, 256, 10000, 1e-5, true, false, 1, List.of(2));

  private static LlamaModel model(Device device) {
    return LlamaModel.of(CONFIG, TinyModels.weights(CONFIG, 2, 0.1), device);
  }

  private static LoraAdapter adapter(double dropout) {
    LoraAdapter adapter =
        LoraAdapter.init(CONFIG, new LoraConfig(4, 8, dropout, LoraConfig.ALL_MODULES), 8);
    Random random = new Random(3);
    float[] p = adapter.parameters();
    for (int i = 0; i < p.length; i++) {
      p[i] += (float) (0.05 * random.nextGaussian());
    }
    return adapter;
  }

  @Test
  void theFirstCallEqualsTheLaterOnesOnOneThreadAndOnTwo() throws Exception {
    LoraAdapter adapter = adapter(0.1);
    List<MicroBatch> batches = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      batches.add(TinyModels.batch(CONFIG, i, 31 + i, 7, 40 - 3 * i));
    }
    try (LlamaModel model = model(Devices.best())) {
      LoraGradient lora = new LoraGradient(model);
      FullGradient full = new FullGradient(model);
      float[][] first = new float[batches.size()][adapter.parameters().length];
      double[] loss = new double[batches.size()];
      for (int i = 0; i < first.length; i++) {
        loss[i] = lora.compute(adapter, batches.get(i), i, first[i]).lossSum();
      }
      float[] firstFull = new float[model.parameters().length];
      full.compute(batches.get(0), firstFull);
      ExecutorService two = Executors.newFixedThreadPool(2);
      try {
        List<Future<?>> done = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
          int thread = t;
          done.add(
              two.submit(
                  () -> {
                    float[] gradient = new float[first[0].length];
                    float[] all = new float[firstFull.length];
                    for (int round = 0; round < 60; round++) {
                      int i = (round * 3 + thread) % first.length;
                      assertEquals(
                          loss[i], lora.compute(adapter, batches.get(i), i, gradient).lossSum());
                      assertArrayEquals(first[i], gradient);
                      if (round % 10 == 0) {
                        full.compute(batches.get(0), all);
                        assertArrayEquals(firstFull, all);
                      }
                    }
                  }));
        }
        for (Future<?> future : done) {
          future.get();
        }
      } finally {
        two.shutdownNow();
      }
    }
  }

  @Test
  void aPackedBatchEqualsItsSamplesAlone() {
    MicroBatch packed = TinyModels.batch(CONFIG, 5, 19, 33, 1, 26);
    LoraAdapter adapter = adapter(0);
    try (LlamaModel model = model(Devices.float32())) {
      LoraGradient lora = new LoraGradient(model);
      float[] together = new float[adapter.parameters().length];
      Result result = lora.compute(adapter, packed, 0, together);
      double[] sum = new double[together.length];
      double loss = 0;
      int targets = 0;
      float[] one = new float[together.length];
      for (int from = 0; from < packed.size(); ) {
        int to = from;
        while (to < packed.size() && packed.segments()[to] == packed.segments()[from]) {
          to++;
        }
        Result alone =
            lora.compute(
                adapter,
                new MicroBatch(
                    Arrays.copyOfRange(packed.tokens(), from, to),
                    Arrays.copyOfRange(packed.targets(), from, to),
                    Arrays.copyOfRange(packed.positions(), from, to),
                    Arrays.copyOfRange(packed.segments(), from, to)),
                0,
                one);
        loss += alone.lossSum();
        targets += alone.targetTokens();
        for (int i = 0; i < sum.length; i++) {
          sum[i] += one[i];
        }
        from = to;
      }
      assertEquals(loss, result.lossSum(), 1e-4 * loss);
      assertEquals(targets, result.targetTokens());
      assertEquals(packed.size(), result.tokens());
      double norm = Math.sqrt(Arrays.stream(sum).map(v -> v * v).sum());
      for (int i = 0; i < sum.length; i++) {
        assertEquals(sum[i], together[i], 1e-4 * norm);
      }
    }
  }

  @Test
  void dropoutFollowsItsSeed() {
    MicroBatch batch = TinyModels.batch(CONFIG, 5, 40);
    LoraAdapter adapter = adapter(0.2);
    float[] a = new float[adapter.parameters().length];
    float[] b = new float[a.length];
    try (LlamaModel model = model(Devices.best())) {
      LoraGradient lora = new LoraGradient(model);
      double one = lora.compute(adapter, batch, 1, a).lossSum();
      double two = lora.compute(adapter, batch, 2, b).lossSum();
      assertNotEquals(one, two);
      assertTrue(!Arrays.equals(a, b));
      assertEquals(
          lora.loss(adapter, batch).lossSum(),
          new LoraGradient(model).loss(adapter(0), batch).lossSum());
    }
  }

  @Test
  void aFreshAdapterChangesNothingAndMergingEqualsTheAdapter() {
    MicroBatch batch = TinyModels.batch(CONFIG, 6, 50);
    try (LlamaModel model = model(Devices.float32())) {
      LoraGradient lora = new LoraGradient(model);
      LoraAdapter fresh =
          LoraAdapter.init(CONFIG, new LoraConfig(4, 8, 0.1, List.of("v_proj", "q_proj")), 8);
      double base = lora.loss(null, batch).lossSum();
      assertEquals(base, lora.loss(fresh, batch).lossSum());
      LoraAdapter trained = adapter(0);
      double adapted = lora.loss(trained, batch).lossSum();
      assertTrue(Math.abs(adapted - base) > 0.01);
      try (LlamaModel merged = model.merged(trained);
          LlamaModel same = model.merged(fresh)) {
        assertEquals(adapted, new LoraGradient(merged).loss(null, batch).lossSum(), 1e-3);
        assertArrayEquals(model.parameters(), same.parameters());
      }
    }
  }

  @Test
  void trainingAnAdapterByHeartLowersTheLoss() {
    MicroBatch batch = TinyModels.batch(CONFIG, 7, 24, 24);
    LoraAdapter adapter =
        LoraAdapter.init(CONFIG, new LoraConfig(8, 16, 0, LoraConfig.ALL_MODULES), 1);
    try (LlamaModel model = model(Devices.best())) {
      LoraGradient lora = new LoraGradient(model);
      float[] gradient = new float[adapter.parameters().length];
      AdamW adam = new AdamW(gradient.length, 0.9, 0.999, 1e-8, 0);
      double first = 0;
      double last = 0;
      for (int step = 0; step < 60; step++) {
        Result result = lora.compute(adapter, batch, step, gradient);
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] /= result.targetTokens();
        }
        adam.step(adapter.parameters(), gradient, 5e-3);
        last = result.lossSum() / result.targetTokens();
        first = step == 0 ? last : first;
      }
      assertTrue(last < 0.3 * first, first + " fell only to " + last);
    }
  }

  @Test
  void theOptimizersStateResumesExactly() {
    Random random = new Random(1);
    float[] p = new float[100];
    float[] q;
    AdamW adam = new AdamW(100, 0.9, 0.99, 1e-8, 0.1, List.of(new Slice("norm", 1, 10, 90)));
    float[] g = new float[100];
    for (int step = 0; step < 5; step++) {
      for (int i = 0; i < 100; i++) {
        g[i] = (float) random.nextGaussian();
      }
      adam.step(p, g, 0.01);
    }
    q = p.clone();
    AdamW other = new AdamW(100, 0.9, 0.99, 1e-8, 0.1, List.of(new Slice("norm", 1, 10, 90)));
    other.restore(adam.state());
    adam.step(p, g, 0.01);
    other.step(q, g, 0.01);
    assertArrayEquals(p, q);
    assertEquals(6, other.steps());
    assertThrows(NeuroWeaverException.class, () -> other.restore(Arrays.copyOf(adam.state(), 17)));
  }

  @Test
  void badInputIsRefusedWithWhatIsWrong() {
    assertThrows(NeuroWeaverException.class, () -> new LoraConfig(0, 8, 0, LoraConfig.ALL_MODULES));
    assertThrows(NeuroWeaverException.class, () -> new LoraConfig(8, 8, 0, List.of("head")));
    assertThrows(NeuroWeaverException.class, () -> new LoraConfig(8, 8, 1, List.of("q_proj")));
    try (LlamaModel model = model(Devices.float32())) {
      LoraGradient lora = new LoraGradient(model);
      NeuroWeaverException outside =
          assertThrows(
              NeuroWeaverException.class,
              () -> lora.loss(null, MicroBatch.ofText(new int[] {1, 211})));
      assertTrue(outside.getMessage().contains("211"), outside.getMessage());
      NeuroWeaverException long1 =
          assertThrows(
              NeuroWeaverException.class, () -> lora.loss(null, MicroBatch.ofText(new int[257])));
      assertTrue(long1.getMessage().contains("256"), long1.getMessage());
    }
  }
}
