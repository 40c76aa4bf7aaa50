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
   * #balanced} names, or one that has nothing left to do while that one has. Outputs come in order
   * of completion.
   */
  public static <I extends Record, O extends Record> void forEach(
      JobContext context,
      List<Integer> partitions,
      Class<? extends GridFunction<I, O>> function,
      IntFunction<I> input,
      BiConsumer<Integer, O> each) {
    run(context, new CallsByNode<>(context.grid(), partitions, function, input), each);
  }

  /**
   * As the other, but outputs come in the order of {@code partitions}. Four for each worker of the
   * grid, 8 at least, are held or under way at most.
   */
  public static <I extends Record, O extends Record> void forEachInOrder(
      JobContext context,
      List<Integer> partitions,
      Class<? extends GridFunction<I, O>> function,
      IntFunction<I> input,
      BiConsumer<Integer, O> each) {
    CallsByNode<I, O> calls = new CallsByNode<>(context.grid(), partitions, function, input);
    calls.window(4 * Math.max(2, workers(context.grid())));
    ArrayDeque<Integer> order = new ArrayDeque<>(partitions);
    Map<Integer, O> arrived = new HashMap<>();
    run(
        context,
        calls,
        (partition, output) -> {
          arrived.put(partition, output);
          while (!order.isEmpty() && arrived.containsKey(order.peek())) {
            int next = order.remove();
            each.accept(next, arrived.remove(next));
            calls.delivered();
          }
        });
  }

  private static int workers(Grid grid) {
    return grid.nodes().stream().mapToInt(GridNode::workers).sum();
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

  /**
   * Gives each task's output to {@code each} on the calling thread, in order of completion. The
   * first error is thrown once nothing of ours runs any more.
   */
  public static <T, O> void forEach(
      JobContext context,
      List<T> tasks,
      Function<T, CompletableFuture<O>> call,
      BiConsumer<T, O> each) {
    int limit = Math.max(2, 2 * workers(context.grid()));
    ArrayDeque<T> waiting = new ArrayDeque<>(tasks);
    run(
        context,
        new Calls<T, O>() {
          @Override
          public boolean isEmpty() {
            return waiting.isEmpty();
          }

          @Override
          public Started<T, O> startOne(int running) {
            if (running >= limit || waiting.isEmpty()) {
              return null;
            }
            T task = waiting.poll();
            return new Started<>(task, call.apply(task));
          }
        },
        each);
  }

  /** Calls that are still to be made; used by one thread. */
  interface Calls<T, O> {
    /** Whether all have been started. */
    boolean isEmpty();

    /**
     * Starts one if one may start now, else null.
     *
     * @param running those that have not ended
     */
    Started<T, O> startOne(int running);

    default void ended(T task) {}
  }

  record Started<T, O>(T task, CompletableFuture<O> output) {}

  private record Done<T, O>(T task, O output, Throwable error) {}

  private static <T, O> void run(JobContext context, Calls<T, O> calls, BiConsumer<T, O> each) {
    LinkedBlockingQueue<Done<T, O>> done = new LinkedBlockingQueue<>();
    RuntimeException failure = null;
    int running = 0;
    while (running > 0 || (failure == null && !calls.isEmpty())) {
      try {
        Started<T, O> one = failure == null ? calls.startOne(running) : null;
        while (one != null) {
          running++;
          listen(one, done);
          one = calls.startOne(running);
        }
        Done<T, O> next = done.poll(250, TimeUnit.MILLISECONDS);
        if (next != null) {
          running--;
          calls.ended(next.task());
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

  private static <T, O> void listen(Started<T, O> one, LinkedBlockingQueue<Done<T, O>> done) {
    one.output().whenComplete((output, error) -> done.add(new Done<>(one.task(), output, error)));
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
