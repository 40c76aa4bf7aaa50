package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;

/**
 * Where the bytes of chunks lie. Chunks are immutable: a second put of a key carries the same
 * bytes. {@link #get} verifies nothing; {@link DatasetCatalog} readers check the manifest's
 * checksum.
 */
public interface ChunkStore {
  void put(ChunkKey key, byte[] chunk);

  /** The chunk's bytes; NOT_FOUND when there is none. */
  byte[] get(ChunkKey key);

  /** Removes the chunk if it is there. */
  void remove(ChunkKey key);

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
