package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Where the bytes of chunks lie. Chunks are immutable: a second put of a key carries the same
 * bytes. {@link #get} verifies nothing; {@link DatasetCatalog} readers check the manifest's
 * checksum.
 */
public interface ChunkStore {
  void put(ChunkKey key, byte[] chunk);

  /**
   * As {@link #put}, without waiting for what other nodes have to do: the future ends when the
   * chunk is stored, or with what {@code put} would have thrown. What follows it may run in a
   * thread of the store's, and must be short.
   */
  default CompletableFuture<Void> putAsync(ChunkKey key, byte[] chunk) {
    try {
      put(key, chunk);
      return CompletableFuture.completedFuture(null);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** The chunk's bytes; NOT_FOUND when there is none. */
  byte[] get(ChunkKey key);

  /** Removes the chunk if it is there. */
  void remove(ChunkKey key);

  /**
   * This node's own copy of the chunk, as it is; empty when this node holds none.
   *
   * @throws NeuroWeaverException UNAVAILABLE while the partition is being copied to this node
   */
  default Optional<byte[]> localCopy(ChunkKey key) {
    return contains(key) ? Optional.of(get(key)) : Optional.empty();
  }

  /**
   * Looks for a good copy of a damaged chunk where others hold it, writes it back and reports it.
   *
   * @param problem what is wrong with the copy that was read
   * @return the good bytes; empty when no copy is good
   */
  default Optional<byte[]> repair(ChunkKey key, ChunkInfo expected, String problem) {
    return Optional.empty();
  }

  default boolean contains(ChunkKey key) {
    try {
      get(key);
      return true;
    } catch (NeuroWeaverException e) {
      if (e.kind() == ErrorKind.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }
}
