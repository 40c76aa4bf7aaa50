package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Chunks in the heap of one process. */
public final class MemoryChunkStore implements ChunkStore {
  private final Map<ChunkKey, byte[]> chunks = new ConcurrentHashMap<>();

  @Override
  public void put(ChunkKey key, byte[] chunk) {
    chunks.put(key, chunk.clone());
  }

  @Override
  public byte[] get(ChunkKey key) {
    byte[] chunk = chunks.get(key);
    if (chunk == null) {
      throw NeuroWeaverException.notFound("there is no chunk " + key);
    }
    return chunk.clone();
  }

  @Override
  public boolean contains(ChunkKey key) {
    return chunks.containsKey(key);
  }

  @Override
  public void remove(ChunkKey key) {
    chunks.remove(key);
  }

  /** How many chunks there are. */
  public int size() {
    return chunks.size();
  }
}
