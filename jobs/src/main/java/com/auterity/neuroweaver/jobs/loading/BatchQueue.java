package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.format.BatchSource;
import com.auterity.neuroweaver.datasets.format.BatchSource.Batch;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** The batches of a source in their order, some of them decoded ahead. */
final class BatchQueue {
  private static final long MOST_BYTES = 96L << 20;

  private final BatchSource source;
  private final LoadThreads threads;
  private final Queue<Long> weights = new ArrayDeque<>();
  private final Queue<Future<Batch>> ahead = new ArrayDeque<>();
  private long weight;
  private boolean ended;

  BatchQueue(BatchSource source, LoadThreads threads) {
    this.source = source;
    this.threads = threads;
  }

  /** The next batch, or null at the end. */
  Batch next() {
    while (!ended && ahead.size() <= threads.count() && weight < MOST_BYTES) {
      BatchSource.Piece piece = source.next();
      if (piece == null) {
        ended = true;
      } else {
        ahead.add(threads.submit(piece));
        weights.add(piece.weight());
        weight += piece.weight();
      }
    }
    Future<Batch> next = ahead.poll();
    if (next == null) {
      return null;
    }
    weight -= weights.remove();
    return await(next);
  }

  private static Batch await(Future<Batch> batch) {
    try {
      return batch.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE, "the load was interrupted", Map.of(), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
