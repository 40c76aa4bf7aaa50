package com.auterity.neuroweaver.jobs.grid;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;

/** One call for each partition to a node that holds it, a bounded number at once. */
public final class PartitionCalls {
  private PartitionCalls() {}

  private record Done<O>(int partition, O output, Throwable error) {}

  /**
   * Gives each partition's output to {@code each} on the calling thread, in order of completion.
   * The first error is thrown once nothing of ours runs any more.
   */
  public static <I extends Record, O extends Record> void forEach(
      JobContext context,
      List<Integer> partitions,
      Class<? extends GridFunction<I, O>> function,
      IntFunction<I> input,
      BiConsumer<Integer, O> each) {
    Grid grid = context.grid();
    int limit = Math.max(2, 2 * grid.nodes().stream().mapToInt(GridNode::workers).sum());
    ArrayDeque<Integer> waiting = new ArrayDeque<>(partitions);
    LinkedBlockingQueue<Done<O>> done = new LinkedBlockingQueue<>();
    RuntimeException failure = null;
    int running = 0;
    while (running > 0 || (failure == null && !waiting.isEmpty())) {
      while (failure == null && running < limit && !waiting.isEmpty()) {
        int partition = waiting.poll();
        running++;
        grid.callOwner(partition, function, input.apply(partition))
            .whenComplete((output, error) -> done.add(new Done<>(partition, output, error)));
      }
      try {
        Done<O> next = done.poll(250, TimeUnit.MILLISECONDS);
        if (next != null) {
          running--;
          if (next.error() != null) {
            throw unwrapped(next.error());
          }
          if (failure == null) {
            each.accept(next.partition(), next.output());
          }
        }
        if (failure == null) {
          context.ensureActive();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancelledException(context.jobId());
      } catch (RuntimeException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static RuntimeException unwrapped(Throwable error) {
    Throwable cause = error;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof NeuroWeaverException known
        ? known
        : new CompletionException(cause.getMessage(), cause);
  }
}
