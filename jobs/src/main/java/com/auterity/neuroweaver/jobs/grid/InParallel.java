package com.auterity.neuroweaver.jobs.grid;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Work of one thread cut into parts that the processors of its node share. */
public final class InParallel {
  private InParallel() {}

  /** How many parts run at a time. */
  public static int width() {
    ForkJoinPool own = ForkJoinTask.getPool();
    return own == null ? ForkJoinPool.getCommonPoolParallelism() + 1 : own.getParallelism();
  }

  /**
   * Runs {@code part} for 0 to {@code parts - 1}, in no order, and returns when all have ended.
   *
   * @param meter the one that measures the calling thread; gets the CPU time of the others too
   */
  public static void forEach(Meter meter, int parts, IntConsumer part) {
    Thread caller = Thread.currentThread();
    IntStream.range(0, parts)
        .parallel()
        .forEach(
            i -> {
              if (Thread.currentThread() == caller) {
                part.accept(i);
              } else {
                meter.run(() -> part.accept(i));
              }
            });
  }
}
