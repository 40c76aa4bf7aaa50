package com.auterity.neuroweaver.datasets.store;

/**
 * Where the bytes of chunks lie. Chunks are immutable: a second put of a key carries the same
 * bytes. {@link #get} verifies nothing; {@link DatasetCatalog} readers check the manifest's
 * checksum.
 */
public interface ChunkStore {
  void put(ChunkKey key, byte[] chunk);

  /** The chunk's bytes; NOT_FOUND when there is none. */
  byte[] get(ChunkKey key);

  void remove(ChunkKey key);
}
