package com.auterity.neuroweaver.jobs.grid;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /**
   * One call for each partition to a node that holds it: among its owners the one that {@link
   * #balanced} names, so that one partition's calls go to one node and no node gets more than its
   * share.
   */
  public static <I extends Record, O extends Record> void forEach(
      JobContext context,
      List<Integer> partitions,
      Class<? extends GridFunction<I, O>> function,
      IntFunction<I> input,
      BiConsumer<Integer, O> each) {
    List<String> nodes =
        balanced(context.grid(), partitions.stream().mapToInt(p -> p).max().orElse(-1) + 1);
    forEach(
        context,
        partitions,
        partition ->
            context
                .grid()
                .callOwner(partition, nodes.get(partition), function, input.apply(partition)),
        each);
  }

  /**
   * For each partition below {@code count} the owner that has the fewest before it, for its number
   * of workers; of several the first, which is the primary when it is among them. Primaries alone
   * are spread at random: 16 partitions on two nodes are often 10 and 6.
   */
  static List<String> balanced(Grid grid, int count) {
    Map<String, Integer> workers = new HashMap<>();
    grid.nodes().forEach(node -> workers.put(node.name(), Math.max(1, node.workers())));
    Map<String, Integer> assigned = new HashMap<>();
    List<String> chosen = new ArrayList<>();
    for (int partition = 0; partition < count; partition++) {
      String best = null;
      for (String owner : grid.owners(partition)) {
        if (best == null || less(owner, best, assigned, workers)) {
          best = owner;
        }
      }
      assigned.merge(best, 1, Integer::sum);
      chosen.add(best);
    }
    return chosen;
  }

  private static boolean less(
      String one, String other, Map<String, Integer> assigned, Map<String, Integer> workers) {
    return (long) assigned.getOrDefault(one, 0) * workers.getOrDefault(other, 1)
        < (long) assigned.getOrDefault(other, 0) * workers.getOrDefault(one, 1);
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
