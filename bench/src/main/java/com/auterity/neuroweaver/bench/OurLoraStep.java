package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.jobs.model.AdamW;
import com.auterity.neuroweaver.jobs.model.GradientSum;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.LoraGradient;
import com.auterity.neuroweaver.jobs.model.MicroBatch;
import com.auterity.neuroweaver.jobs.model.ModelLoad;
import com.auterity.neuroweaver.jobs.model.Result;
import com.auterity.neuroweaver.jobs.tensor.Device;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The engine's LoRA step: a micro-batch on each thread, an exact sum, clipping, AdamW. */
final class OurLoraStep implements AutoCloseable {
  private final LlamaModel model;
  private final LoraGradient gradients;
  private final LoraAdapter adapter;
  private final AdamW optimizer;
  private final ExecutorService threads;
  private final List<Worker> workers = new ArrayList<>();
  private final float[] mean;

  /** Loss and gradient norm, both of the mean over the tokens looked at. */
  record Look(double loss, double gradientNorm) {}

  private final class Worker implements Callable<Result> {
    final MicroBatch batch;
    final float[] gradient = new float[mean.length];
    final GradientSum sum;

    Worker(MicroBatch batch, int addends) {
      this.batch = batch;
      this.sum = new GradientSum(mean.length, addends);
    }

    @Override
    public Result call() {
      Result result = gradients.compute(adapter, batch, 1, gradient);
      sum.clear();
      sum.add(gradient);
      return result;
    }
  }

  OurLoraStep(BenchModel shape, Device device, int[][] tokens, int[][] targets) {
    this(shape, WeightFormat.FULL, device, tokens, targets);
  }

  OurLoraStep(
      BenchModel shape, WeightFormat format, Device device, int[][] tokens, int[][] targets) {
    this.model = shape.load(new ModelLoad(format, false), device);
    this.gradients = new LoraGradient(model);
    this.adapter = shape.adapter(LoraSettings.LORA);
    this.mean = new float[adapter.parameters().length];
    this.optimizer =
        new AdamW(
            mean.length,
            LoraSettings.BETA1,
            LoraSettings.BETA2,
            LoraSettings.EPSILON,
            LoraSettings.WEIGHT_DECAY);
    for (int i = 0; i < tokens.length; i++) {
      workers.add(new Worker(LoraSettings.microBatch(tokens[i], targets[i]), tokens.length));
    }
    this.threads = Executors.newFixedThreadPool(tokens.length);
  }

  /** Memory for each number of the blocks' linear maps. */
  double bytesPerParameter() {
    return model.bytesPerLinearParameter();
  }

  /** Of the first micro-batch alone, without a step. */
  Look look() {
    Worker first = workers.get(0);
    Result result = first.call();
    double norm = GradientSum.mean(List.of(first.sum), result.targetTokens(), mean);
    return new Look(result.lossSum() / result.targetTokens(), norm);
  }

  /** One whole step; how many tokens it was of. */
  int step() throws InterruptedException {
    int tokens = 0;
    int targets = 0;
    for (Future<Result> future : threads.invokeAll(workers)) {
      try {
        tokens += future.get().tokens();
        targets += future.get().targetTokens();
      } catch (ExecutionException e) {
        throw new IllegalStateException("a micro-batch failed", e.getCause());
      }
    }
    double norm =
        GradientSum.mean(workers.stream().map(worker -> worker.sum).toList(), targets, mean);
    if (norm > 1) {
      float factor = (float) (1 / norm);
      for (int i = 0; i < mean.length; i++) {
        mean[i] *= factor;
      }
    }
    optimizer.step(adapter.parameters(), mean, LoraSettings.LEARNING_RATE);
    return tokens;
  }

  /** Tokens a second over whole steps, at least this long. */
  double rate(double seconds) throws InterruptedException {
    long start = System.nanoTime();
    long tokens = 0;
    double passed;
    do {
      tokens += step();
      passed = (System.nanoTime() - start) / 1e9;
    } while (passed < seconds);
    return tokens / passed;
  }

  @Override
  public void close() {
    threads.shutdownNow();
    model.close();
  }
}
