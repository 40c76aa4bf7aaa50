package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.RowBatch;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * Encodes chunks and stores them, in the calling thread or in others. At most so many are under way
 * at once; beyond that {@link #put} waits, so that memory stays bounded.
 */
final class ChunkSink {
  private final ChunkStore store;
  private final Executor executor;
  private final Semaphore room;
  private volatile Throwable failure;

  private ChunkSink(ChunkStore store, Executor executor, int underWay) {
    this.store = store;
    this.executor = executor;
    this.room = new Semaphore(underWay);
  }

  static ChunkSink direct(ChunkStore store) {
    return new ChunkSink(store, Runnable::run, 1);
  }

  static ChunkSink parallel(ChunkStore store, Executor executor, int underWay) {
    return new ChunkSink(store, executor, underWay);
  }

  ChunkStore store() {
    return store;
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
      executor.execute(
          () -> {
            try {
              byte[] bytes = ChunkCodec.encode(rows);
              store.put(key, bytes);
              stored.complete(
                  new ChunkInfo(
                      key.partition(),
                      key.sequence(),
                      rows.rows(),
                      bytes.length,
                      Sha256.hex(bytes)));
            } catch (Throwable e) {
              failure = e;
              stored.completeExceptionally(e);
            } finally {
              room.release();
            }
          });
    } catch (RuntimeException e) {
      room.release();
      throw e;
    }
    return stored;
  }

  /** What was stored; throws what went wrong. */
  ChunkInfo await(CompletableFuture<ChunkInfo> chunk) {
    try {
      return chunk.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while chunks were stored", e);
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

  /** Whether a chunk that is no longer under way was stored. */
  boolean isStored(CompletableFuture<ChunkInfo> chunk) {
    return !chunk.isCompletedExceptionally();
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
