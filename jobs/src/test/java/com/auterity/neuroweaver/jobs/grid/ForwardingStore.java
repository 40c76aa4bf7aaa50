package com.auterity.neuroweaver.jobs.grid;

import com.auterity.neuroweaver.datasets.store.ChunkKey;
import com.auterity.neuroweaver.datasets.store.ChunkStore;

/** A store that passes everything on; what differs is overridden. */
public class ForwardingStore implements ChunkStore {
  private final ChunkStore store;

  public ForwardingStore(ChunkStore store) {
    this.store = store;
  }

  @Override
  public void put(ChunkKey key, byte[] chunk) {
    store.put(key, chunk);
  }

  @Override
  public byte[] get(ChunkKey key) {
    return store.get(key);
  }

  @Override
  public void remove(ChunkKey key) {
    store.remove(key);
  }
}
