package com.auterity.neuroweaver.bench.libtorch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** LoRA steps of one model under changing settings. */
final class Trainer {
  private static final double LEARNING_RATE = 1e-4;

  private final Shape shape;
  private final long seed;
  private final torch.ScalarType type;
  private final Weights weights;
  private final long[][] tokens;
  private final long[][] targets;
  private Settings settings;
  private Adapter adapter;
  private List<Worker> workers = List.of();
  private ExecutorService threads;

  /** What a run of steps measured; the loss is that of the last step. */
  record Outcome(double seconds, long tokens, double loss, double gradientNorm) {}

  private final class Worker {
    final Adapter.Leaves leaves = adapter.leaves();
    final Tensor ids;
    final Tensor next;
    final Network network;
    final Scalar share;

    Worker(int number) {
      int length = tokens[0].length;
      long[] mine = new long[settings.batch() * length];
      long[] following = new long[mine.length];
      for (int i = 0; i < settings.batch(); i++) {
        int row = (number * settings.batch() + i) % tokens.length;
        System.arraycopy(tokens[row], 0, mine, i * length, length);
        System.arraycopy(targets[row], 0, following, i * length, length);
      }
      this.ids = longs(mine, settings.batch(), length);
      this.next = longs(following, settings.batch(), length);
      this.network = new Network(shape, settings, weights, leaves, type, length);
      this.share = new Scalar(1.0 / settings.workers());
    }

    private Tensor longs(long[] values, long rows, long cols) {
      return torch
          .from_blob(
              new LongPointer(values),
              new long[] {rows, cols},
              new TensorOptions(torch.ScalarType.Long))
          .clone();
    }

    /** Forward and backward; this worker's share of the step's mean loss. */
    double run() {
      torch.set_num_threads(settings.threads());
      try (PointerScope scope = new PointerScope()) {
        Adapter.clear(leaves);
        Tensor loss = network.loss(ids, next).mul(share);
        double value = loss.item_double();
        loss.backward();
        return value;
      }
    }
  }

  Trainer(Shape shape, String precision, long seed, long[][] tokens, long[][] targets) {
    this.shape = shape;
    this.seed = seed;
    this.type =
        switch (precision) {
          case "bf16" -> torch.ScalarType.BFloat16;
          case "float32" -> torch.ScalarType.Float;
          default ->
              throw new IllegalArgumentException(
                  "precision must be bf16 or float32, found " + precision);
        };
    this.tokens = tokens;
    this.targets = targets;
    this.weights = new Weights(shape, seed, type);
  }

  /** Begins again from the seeded adapter. */
  void configure(Settings wanted) {
    close();
    settings = wanted;
    adapter = new Adapter(shape, seed);
    workers = new ArrayList<>();
    for (int i = 0; i < wanted.workers(); i++) {
      workers.add(new Worker(i));
    }
    if (wanted.workers() > 1) {
      threads = Executors.newFixedThreadPool(wanted.workers());
    }
    System.gc();
  }

  /** Loss and gradient norm of the first sequences, without a step. */
  Outcome look() throws InterruptedException {
    try (PointerScope scope = new PointerScope()) {
      long start = System.nanoTime();
      double loss = gradients();
      return new Outcome(
          (System.nanoTime() - start) / 1e9, stepTokens(), loss, Adapter.sumExactly(leaves()));
    }
  }

  Outcome steps(int count) throws InterruptedException {
    double loss = 0;
    double norm = 0;
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      try (PointerScope scope = new PointerScope()) {
        loss = gradients();
        torch.set_num_threads(settings.workers() * settings.threads());
        norm = Adapter.sum(leaves());
        adapter.step(leaves(), norm, LEARNING_RATE);
      }
    }
    return new Outcome((System.nanoTime() - start) / 1e9, count * stepTokens(), loss, norm);
  }

  private long stepTokens() {
    return (long) settings.workers() * settings.batch() * tokens[0].length;
  }

  private List<Adapter.Leaves> leaves() {
    return workers.stream().map(worker -> worker.leaves).toList();
  }

  private double gradients() throws InterruptedException {
    if (workers.size() == 1) {
      return workers.get(0).run();
    }
    List<Callable<Double>> calls = new ArrayList<>();
    for (Worker worker : workers) {
      calls.add(worker::run);
    }
    double loss = 0;
    for (Future<Double> part : threads.invokeAll(calls)) {
      try {
        loss += part.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
      }
    }
    return loss;
  }

  void close() {
    if (threads != null) {
      threads.shutdownNow();
      threads = null;
    }
  }
}
