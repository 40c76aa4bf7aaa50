package com.auterity.neuroweaver.job;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ignite.Ignite;
import org.apache.ignite.lang.IgniteCallable;
import org.apache.ignite.resources.IgniteInstanceResource;

/** One call of a function on a node: a class name and bytes. Crosses the wire. */
final class GridCall implements IgniteCallable<GridReply> {
  private static final long serialVersionUID = 1L;
  private static final long START_SECONDS = 60;

  final String jobId;
  final String function;
  final byte[] input;

  @IgniteInstanceResource private transient Ignite ignite;

  GridCall(String jobId, String function, byte[] input) {
    this.jobId = jobId;
    this.function = function;
    this.input = input;
  }

  @Override
  public GridReply call() {
    CompletableFuture<NodeRuntime> runtime = NodeRuntime.on(ignite);
    try {
      // The first calls may come before the node's stores are open.
      return runtime.get(START_SECONDS, TimeUnit.SECONDS).execute(this);
    } catch (TimeoutException e) {
      return GridReply.unavailable(
          "node " + ignite.name() + " was not ready within " + START_SECONDS + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return GridReply.unavailable("node " + ignite.name() + " is stopping");
    } catch (ExecutionException e) {
      return GridReply.unavailable("node " + ignite.name() + " did not start: " + e.getCause());
    }
  }
}
