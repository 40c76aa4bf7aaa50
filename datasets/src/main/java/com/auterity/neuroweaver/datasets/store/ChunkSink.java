package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * Encodes chunks, in the calling thread or in others, and stores them while the next are made. At
 * most so many are under way at once; beyond that {@link #put} waits, so that memory stays bounded.
 */
final class ChunkSink {
  /** Of a writer of its own: enough that it never waits for a copy on another node. */
  private static final int UNDER_WAY = 4;

  private final ChunkStore store;
  private final Executor executor;
  private final int underWay;
  private final Semaphore room;
  private volatile Throwable failure;

  private ChunkSink(ChunkStore store, Executor executor, int underWay) {
    this.store = store;
    this.executor = executor;
    this.underWay = underWay;
    this.room = new Semaphore(underWay);
  }

  /** Encodes in the calling thread. */
  static ChunkSink direct(ChunkStore store) {
    return new ChunkSink(store, Runnable::run, UNDER_WAY);
  }

  static ChunkSink parallel(ChunkStore store, Executor executor, int underWay) {
    return new ChunkSink(store, executor, underWay);
  }

  ChunkStore store() {
    return store;
  }

  /** So many chunks at once at most. */
  int underWay() {
    return underWay;
  }

  /**
   * The batch is the sink's from now on. Throws what went wrong with an earlier chunk as soon as
   * that is known, and then stores nothing.
   */
  CompletableFuture<ChunkInfo> put(ChunkKey key, RowBatch rows) {
    room.acquireUninterruptibly();
    if (failure != null) {
      room.release();
      await(CompletableFuture.failedFuture(failure));
    }
    CompletableFuture<ChunkInfo> stored = new CompletableFuture<>();
    try {
      executor.execute(() -> store(key, rows, stored));
    } catch (RuntimeException e) {
      room.release();
      throw e;
    }
    return stored;
  }

  private void store(ChunkKey key, RowBatch rows, CompletableFuture<ChunkInfo> stored) {
    try {
      byte[] bytes = ChunkCodec.encode(rows);
      ChunkInfo chunk =
          new ChunkInfo(
              key.partition(), key.sequence(), rows.rows(), bytes.length, Sha256.hex(bytes));
      store.putAsync(key, bytes).whenComplete((done, error) -> ended(stored, chunk, error));
    } catch (Throwable e) {
      ended(stored, null, e);
    }
  }

  private void ended(CompletableFuture<ChunkInfo> stored, ChunkInfo chunk, Throwable error) {
    if (error != null) {
      failure = error instanceof CompletionException ? error.getCause() : error;
    }
    room.release();
    if (error == null) {
      stored.complete(chunk);
    } else {
      stored.completeExceptionally(failure);
    }
  }

  /** What was stored; throws what went wrong. */
  ChunkInfo await(CompletableFuture<ChunkInfo> chunk) {
    try {
      return chunk.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while chunks were stored", e);
    } catch (ExecutionException e) {
      throw NeuroWeaverException.unchecked(e.getCause());
    }
  }

  /** Whether the chunk is stored by now. */
  boolean isStored(CompletableFuture<ChunkInfo> chunk) {
    return chunk.isDone() && !chunk.isCompletedExceptionally();
  }

  /** Waits until the chunk is no longer under way, however it ended. */
  void settle(CompletableFuture<ChunkInfo> chunk) {
    try {
      await(chunk);
    } catch (RuntimeException e) {
      // It is taken back anyway.
      return;
    }
  }
}
