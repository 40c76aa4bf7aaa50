package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs pieces of work on a node's compute threads, one thread each, metered. */
public final class WorkerTasks {
  private final NodeContext node;

  public WorkerTasks(NodeContext node) {
    this.node = node;
  }

  /**
   * The results in the order of the items, when all are done. When one fails those not yet begun
   * are left out, and its exception comes once nothing is running any more.
   */
  public <A, B> List<B> all(List<A> items, Work<A, B> work) throws Exception {
    AtomicBoolean calledOff = new AtomicBoolean();
    List<Future<B>> futures = new ArrayList<>();
    for (A item : items) {
      futures.add(
          node.workers()
              .submit(() -> calledOff.get() ? null : node.meter().measure(() -> work.on(item))));
    }
    List<B> results = new ArrayList<>();
    Throwable failure = null;
    for (Future<B> future : futures) {
      boolean waiting = true;
      while (waiting) {
        try {
          results.add(future.get());
          waiting = false;
        } catch (ExecutionException e) {
          calledOff.set(true);
          failure = failure == null ? e.getCause() : failure;
          waiting = false;
        } catch (InterruptedException e) {
          // What runs uses memory that the caller is about to let go: wait for it all the same.
          calledOff.set(true);
          failure = failure == null ? e : failure;
        }
      }
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw (Exception) failure;
    }
    return results;
  }

  /** One piece of work. */
  @FunctionalInterface
  public interface Work<A, B> {
    B on(A item) throws Exception;
  }
}
