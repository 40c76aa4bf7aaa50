package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.ChunkKey;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.jobs.grid.Meter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Counts the bytes of chunks that come and go, and the CPU time of those stored by others.
 *
 * @param storing where chunks are stored that nobody waits for. Not the cache's own {@code
 *     putAsync}: it puts a thread's keys one after the other, the next in whichever of Ignite's
 *     threads ended the last, and stood still for seconds at times (2.17.0).
 */
record MeteredChunkStore(ChunkStore chunks, Meter meter, Executor storing) implements ChunkStore {
  @Override
  public void put(ChunkKey key, byte[] chunk) {
    chunks.put(key, chunk);
    meter.bytesWritten(chunk.length);
  }

  @Override
  public CompletableFuture<Void> putAsync(ChunkKey key, byte[] chunk) {
    return CompletableFuture.runAsync(() -> meter.run(() -> put(key, chunk)), storing);
  }

  @Override
  public byte[] get(ChunkKey key) {
    byte[] chunk = chunks.get(key);
    meter.bytesRead(chunk.length);
    return chunk;
  }

  @Override
  public Optional<byte[]> localCopy(ChunkKey key) {
    Optional<byte[]> chunk = chunks.localCopy(key);
    chunk.ifPresent(bytes -> meter.bytesRead(bytes.length));
    return chunk;
  }

  @Override
  public Optional<byte[]> repair(ChunkKey key, ChunkInfo expected, String problem) {
    return chunks.repair(key, expected, problem);
  }

  @Override
  public boolean contains(ChunkKey key) {
    return chunks.contains(key);
  }

  @Override
  public void remove(ChunkKey key) {
    chunks.remove(key);
  }
}
