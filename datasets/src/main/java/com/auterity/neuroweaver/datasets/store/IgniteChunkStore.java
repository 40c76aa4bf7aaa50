package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import org.apache.ignite.IgniteCache;

/**
 * Chunks in a persistent Ignite cache. With a rendezvous affinity of the grid's partition count the
 * cache partition of a {@link ChunkKey} is its own partition number, so partition p of any two
 * datasets lies on one node.
 */
public final class IgniteChunkStore implements ChunkStore {
  public static final String CACHE = "NW_CHUNK";

  private final IgniteCache<ChunkKey, byte[]> cache;

  public IgniteChunkStore(IgniteCache<ChunkKey, byte[]> cache) {
    this.cache = cache;
  }

  @Override
  public void put(ChunkKey key, byte[] chunk) {
    GridAccess.to("chunk " + key, () -> cache.put(key, chunk));
  }

  @Override
  public byte[] get(ChunkKey key) {
    byte[] chunk = GridAccess.to("chunk " + key, () -> cache.get(key));
    if (chunk == null) {
      throw NeuroWeaverException.notFound("there is no chunk " + key);
    }
    return chunk;
  }

  @Override
  public boolean contains(ChunkKey key) {
    return GridAccess.to("chunk " + key, () -> cache.containsKey(key));
  }

  @Override
  public void remove(ChunkKey key) {
    GridAccess.to("chunk " + key, () -> cache.remove(key));
  }
}
