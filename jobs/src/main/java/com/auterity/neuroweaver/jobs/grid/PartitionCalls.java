package com.auterity.neuroweaver.jobs.grid;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Makes calls to the nodes, a bounded number at a time. */
public final class PartitionCalls {
  private PartitionCalls() {}

  /** One call for each partition to a node that holds it. */
  public static <I extends Record, O extends Record> void forEach(
      JobContext context,
      List<Integer> partitions,
      Class<? extends GridFunction<I, O>> function,
      IntFunction<I> input,
      BiConsumer<Integer, O> each) {
    forEach(
        context,
        partitions,
        partition -> context.grid().callOwner(partition, function, input.apply(partition)),
        each);
  }

  private record Done<T, O>(T task, O output, Throwable error) {}

  /**
   * Gives each task's output to {@code each} on the calling thread, in order of completion. The
   * first error is thrown once nothing of ours runs any more.
   */
  public static <T, O> void forEach(
      JobContext context,
      List<T> tasks,
      Function<T, CompletableFuture<O>> call,
      BiConsumer<T, O> each) {
    int limit = Math.max(2, 2 * context.grid().nodes().stream().mapToInt(GridNode::workers).sum());
    ArrayDeque<T> waiting = new ArrayDeque<>(tasks);
    LinkedBlockingQueue<Done<T, O>> done = new LinkedBlockingQueue<>();
    RuntimeException failure = null;
    int running = 0;
    while (running > 0 || (failure == null && !waiting.isEmpty())) {
      while (failure == null && running < limit && !waiting.isEmpty()) {
        T task = waiting.poll();
        running++;
        call.apply(task).whenComplete((output, error) -> done.add(new Done<>(task, output, error)));
      }
      try {
        Done<T, O> next = done.poll(250, TimeUnit.MILLISECONDS);
        if (next != null) {
          running--;
          if (next.error() != null) {
            throw unwrapped(next.error());
          }
          if (failure == null) {
            each.accept(next.task(), next.output());
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
