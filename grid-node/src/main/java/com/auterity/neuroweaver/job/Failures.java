package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.Map;
import org.apache.ignite.IgniteInterruptedException;
import org.apache.ignite.cluster.ClusterTopologyException;
import org.apache.ignite.compute.ComputeTaskCancelledException;
import org.apache.ignite.internal.IgniteInterruptedCheckedException;
import org.apache.ignite.internal.NodeStoppingException;
import org.apache.ignite.internal.cluster.ClusterTopologyCheckedException;
import org.apache.ignite.internal.processors.cache.CacheInvalidStateException;
import org.apache.ignite.internal.util.typedef.X;
import org.apache.ignite.lang.IgniteFutureCancelledException;

/** Says of any failure which kind it is: only what trying again can cure is retryable. */
final class Failures {
  private Failures() {}

  /**
   * @param what what was being done, for failures that do not say it themselves
   */
  static NeuroWeaverException of(Throwable error, String what) {
    if (error instanceof NeuroWeaverException known) {
      return known;
    }
    if (hasOutOfMemory(error)) {
      // Without the error as cause, on purpose: see GridReply.
      return new NeuroWeaverException(
          ErrorKind.OUT_OF_MEMORY,
          what
              + " ran out of memory: give the nodes more heap or make the job smaller ("
              + outOfMemory(error)
              + ")",
          Map.of());
    }
    if (X.hasCause(
        error,
        ClusterTopologyException.class,
        ClusterTopologyCheckedException.class,
        CacheInvalidStateException.class,
        NodeStoppingException.class,
        ComputeTaskCancelledException.class,
        IgniteFutureCancelledException.class,
        IgniteInterruptedException.class,
        IgniteInterruptedCheckedException.class,
        InterruptedException.class)) {
      return new NeuroWeaverException(
          ErrorKind.UNAVAILABLE, what + ": " + message(error), Map.of(), error);
    }
    Throwable known = error;
    while (known != null && !(known instanceof NeuroWeaverException)) {
      known = known.getCause() == known ? null : known.getCause();
    }
    if (known instanceof NeuroWeaverException inside) {
      return new NeuroWeaverException(inside.kind(), inside.getMessage(), inside.details(), error);
    }
    return new NeuroWeaverException(
        ErrorKind.INTERNAL,
        what + " failed: " + error.getClass().getName() + ": " + message(error),
        Map.of(),
        error instanceof Error ? null : error);
  }

  private static String message(Throwable error) {
    return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
  }

  private static boolean hasOutOfMemory(Throwable error) {
    return X.hasCause(error, OutOfMemoryError.class);
  }

  private static String outOfMemory(Throwable error) {
    for (Throwable at = error; at != null; at = at.getCause()) {
      if (at instanceof OutOfMemoryError) {
        return message(at);
      }
    }
    return message(error);
  }
}
