package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.lang.IgniteFuture;

/** The grid over Ignite compute: bytes go out and come back, in executors of our own. */
final class IgniteGrid implements Grid {
  private final Ignite ignite;
  private final Placement placement;
  private final int backups;
  private final CallScope scope;
  private final Executor replies;

  /** {@code replies}: where what follows a reply runs: never in Ignite's own threads. */
  IgniteGrid(Ignite ignite, Placement placement, int backups, CallScope scope, Executor replies) {
    this.ignite = ignite;
    this.placement = placement;
    this.backups = backups;
    this.scope = scope;
    this.replies = replies;
  }

  @Override
  public List<GridNode> nodes() {
    return placement.nodes();
  }

  @Override
  public List<String> owners(int partition) {
    return placement.owners(partition);
  }

  @Override
  public <I extends Record, O extends Record> CompletableFuture<O> call(
      String node, Class<? extends GridFunction<I, O>> function, I input) {
    try {
      Class<O> outputType = outputType(function);
      byte[] bytes = RecordCodec.encode(input);
      return send(node, function.getName(), bytes)
          .thenApplyAsync(output -> RecordCodec.decode(output, outputType), replies);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public <I extends Record, O extends Record> CompletableFuture<O> callOwner(
      int partition, Class<? extends GridFunction<I, O>> function, I input) {
    return callOwner(partition, null, function, input);
  }

  @Override
  public <I extends Record, O extends Record> CompletableFuture<O> callOwner(
      int partition, String first, Class<? extends GridFunction<I, O>> function, I input) {
    try {
      Class<O> outputType = outputType(function);
      byte[] bytes = RecordCodec.encode(input);
      return sendToOwner(partition, first, function.getName(), bytes, 0)
          .thenApplyAsync(output -> RecordCodec.decode(output, outputType), replies);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<byte[]> sendToOwner(
      int partition, String first, String function, byte[] input, int attempt) {
    List<String> owners = owners(partition);
    String node = owners.get((Math.max(0, owners.indexOf(first)) + attempt) % owners.size());
    return send(node, function, input)
        .handle(
            (output, error) -> {
              if (error == null) {
                return CompletableFuture.completedFuture(output);
              }
              NeuroWeaverException failure =
                  Failures.of(unwrapped(error), function + " on node " + node);
              if (failure.kind() != ErrorKind.UNAVAILABLE || attempt >= backups + 3) {
                return CompletableFuture.<byte[]>failedFuture(failure);
              }
              scope.retried(function, partition, node, failure);
              return CompletableFuture.supplyAsync(
                      () -> sendToOwner(partition, first, function, input, attempt + 1),
                      CompletableFuture.delayedExecutor(
                          100L << attempt, java.util.concurrent.TimeUnit.MILLISECONDS, replies))
                  .thenCompose(next -> next);
            })
        .thenCompose(next -> next);
  }

  private CompletableFuture<byte[]> send(String node, String function, byte[] input) {
    CompletableFuture<byte[]> result = new CompletableFuture<>();
    try {
      scope.ensureActive();
      ClusterNode target = placement.node(node);
      IgniteFuture<GridReply> future =
          ignite
              .compute(ignite.cluster().forNode(target))
              .withExecutor(scope.executor().poolName())
              .withNoFailover()
              .callAsync(new GridCall(scope.jobId(), function, input));
      future.listenAsync(done -> finish(result, done, node, function), replies);
    } catch (NeuroWeaverException e) {
      result.completeExceptionally(e);
    } catch (IgniteException | IllegalStateException e) {
      result.completeExceptionally(Failures.of(e, function + " on node " + node));
    }
    return result;
  }

  private void finish(
      CompletableFuture<byte[]> result,
      IgniteFuture<GridReply> done,
      String node,
      String function) {
    try {
      GridReply reply = done.get();
      scope.used(node, reply);
      NeuroWeaverException error = reply.error(node);
      if (error == null) {
        result.complete(reply.output);
      } else {
        result.completeExceptionally(error);
      }
    } catch (RuntimeException e) {
      result.completeExceptionally(Failures.of(e, function + " on node " + node));
    }
  }

  private static <I extends Record, O extends Record> Class<O> outputType(
      Class<? extends GridFunction<I, O>> function) {
    try {
      var constructor = function.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance().outputType();
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException("cannot make " + function.getName(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          function.getName() + " needs a constructor without arguments", e);
    }
  }

  private static Throwable unwrapped(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? error.getCause()
        : error;
  }
}
