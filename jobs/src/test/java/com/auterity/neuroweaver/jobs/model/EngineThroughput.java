package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.jobs.inference.Generation;
import com.auterity.neuroweaver.jobs.inference.GenerationEngine;
import com.auterity.neuroweaver.jobs.inference.GenerationRequest;
import com.auterity.neuroweaver.jobs.tensor.Device;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;

/**
 * Prints tokens/s of a LoRA step and of a pretraining step at nano's shapes: a measurement, no
 * test.
 */
final class EngineThroughput {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private EngineThroughput() {}

  public static void main(String[] args) throws InterruptedException {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 6;
    int threads = args.length > 1 ? Integer.parseInt(args[1]) : 1;
    KernelClock clock = new KernelClock();
    Device device = clock.watch(args.length > 2 ? Devices.float32() : Devices.best());
    System.out.println(device.profile());
    ModelConfig config = TinyModels.nano();
    LlamaModel model = LlamaModel.of(config, LlamaModel.initialWeights(config, 1), device);
    MicroBatch samples = TinyModels.batch(config, 1, 128, 128, 128, 128);
    MicroBatch text = TinyModels.batch(config, 1, 512);
    LoraAdapter adapter =
        LoraAdapter.init(config, new LoraConfig(16, 32, 0, LoraConfig.ALL_MODULES), 1);
    LoraAdapter dropping =
        LoraAdapter.init(config, new LoraConfig(16, 32, 0.05, LoraConfig.ALL_MODULES), 1);
    LoraGradient lora = new LoraGradient(model);
    FullGradient full = new FullGradient(model);
    measure(
        clock,
        "lora r=16",
        seconds,
        threads,
        () -> {
          float[] gradient = new float[adapter.parameters().length];
          return () -> lora.compute(adapter, samples, 1, gradient).tokens();
        });
    measure(
        clock,
        "lora dropout",
        seconds,
        threads,
        () -> {
          float[] gradient = new float[adapter.parameters().length];
          return () -> lora.compute(dropping, samples, 1, gradient).tokens();
        });
    measure(clock, "forward", seconds, threads, () -> () -> lora.loss(null, samples).tokens());
    measure(
        clock,
        "full",
        seconds,
        threads,
        () -> {
          float[] gradient = new float[model.parameters().length];
          return () -> full.compute(text, gradient).tokens();
        });
    float[] p = model.parameters();
    AdamW adam = new AdamW(p.length, 0.9, 0.95, 1e-8, 0.1);
    measure(
        clock,
        "adamw",
        2,
        1,
        () ->
            () -> {
              adam.step(p, p, 1e-9);
              return 1;
            });
    measure(
        clock,
        "update",
        2,
        1,
        () ->
            () -> {
              model.update(p);
              return 1;
            });
    LlamaModel generating = LlamaModel.of(config, TinyModels.weights(config, 1, 0.05), device);
    GenerationEngine engine = new GenerationEngine(generating, adapter, 16);
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < 48; i++) {
      int[] prompt = new int[60 + i];
      for (int t = 0; t < prompt.length; t++) {
        prompt[t] = (t * 31 + i * 7) % config.vocabSize();
      }
      requests.add(GenerationRequest.greedy(prompt, 80));
    }
    measure(
        clock,
        "generate",
        seconds,
        threads,
        () ->
            () -> {
              int tokens = 0;
              for (Generation g : engine.generate(requests)) {
                tokens += g.tokens().length;
              }
              return tokens;
            });
    GenerationEngine single = new GenerationEngine(generating, adapter, 1);
    measure(
        clock,
        "one stream",
        2,
        1,
        () -> () -> single.generate(requests.subList(0, 1)).get(0).tokens().length);
  }

  interface Work {
    int run();
  }

  interface Maker {
    Work make();
  }

  private static void measure(KernelClock clock, String name, int seconds, int threads, Maker maker)
      throws InterruptedException {
    for (int round = 0; round < 2; round++) {
      long end = System.nanoTime() + seconds * 1_000_000_000L / 2;
      long[] counts = new long[threads];
      long[] cpu = new long[threads];
      long start = System.nanoTime();
      List<Thread> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int number = t;
        Thread thread =
            new Thread(
                () -> {
                  Work work = maker.make();
                  long before = THREADS.getCurrentThreadCpuTime();
                  while (System.nanoTime() < end) {
                    counts[number] += work.run();
                  }
                  cpu[number] = THREADS.getCurrentThreadCpuTime() - before;
                });
        thread.start();
        running.add(thread);
      }
      long total = 0;
      long used = 0;
      for (int t = 0; t < threads; t++) {
        running.get(t).join();
        total += counts[t];
        used += cpu[t];
      }
      System.out.printf(
          "%-14s %10.1f /s %10.1f /cpu-s%n",
          name, total / ((System.nanoTime() - start) / 1e9), total / (used / 1e9));
      clock.report(round == 1 ? System.out : null);
    }
  }
}
