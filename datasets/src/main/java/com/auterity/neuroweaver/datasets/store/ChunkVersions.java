package com.auterity.neuroweaver.datasets.store;

/** Removes the chunks of versions that will never be committed. */
public final class ChunkVersions {
  private ChunkVersions() {}

  /** Removes every chunk of the version; returns how many there were. */
  public static int remove(ChunkStore store, String tenant, String versionId, int partitions) {
    int removed = 0;
    for (int p = 0; p < partitions; p++) {
      removed += removeFrom(store, tenant, versionId, p, 0);
    }
    return removed;
  }

  /**
   * Removes the partition's chunks from a sequence on. Writers store them without gaps; they go
   * last first, so that a removal cut short leaves no gap either and can be done again.
   */
  static int removeFrom(
      ChunkStore store, String tenant, String versionId, int partition, int sequence) {
    int end = sequence;
    while (store.contains(new ChunkKey(tenant, versionId, partition, end))) {
      end++;
    }
    for (int s = end - 1; s >= sequence; s--) {
      store.remove(new ChunkKey(tenant, versionId, partition, s));
    }
    return end - sequence;
  }
}
