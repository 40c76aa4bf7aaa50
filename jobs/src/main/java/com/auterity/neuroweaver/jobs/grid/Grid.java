package com.auterity.neuroweaver.jobs.grid;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The nodes, who holds what, and calls to them. Every call is metered into USAGE. */
public interface Grid {
  /** Live server nodes, by name. */
  List<GridNode> nodes();

  /** Names of the nodes that hold a partition of every dataset, primary first. Never empty. */
  List<String> owners(int partition);

  /**
   * Runs a function on one node, in the executor for long work.
   *
   * @return completes exceptionally with a NeuroWeaverException: UNAVAILABLE (retryable) when the
   *     node left, otherwise what the function threw
   */
  <I extends Record, O extends Record> CompletableFuture<O> call(
      String node, Class<? extends GridFunction<I, O>> function, I input);

  /**
   * Runs a function on a node that holds the partition, and when that node leaves on the next one,
   * at most {@code 1 + backups + 3} times.
   */
  <I extends Record, O extends Record> CompletableFuture<O> callOwner(
      int partition, Class<? extends GridFunction<I, O>> function, I input);

  /**
   * As {@link #callOwner(int, Class, Record)}, on this owner first.
   *
   * @param first one of {@link #owners}; when it no longer is, the primary is asked
   */
  default <I extends Record, O extends Record> CompletableFuture<O> callOwner(
      int partition, String first, Class<? extends GridFunction<I, O>> function, I input) {
    return callOwner(partition, function, input);
  }
}
