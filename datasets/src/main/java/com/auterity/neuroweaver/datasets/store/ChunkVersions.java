package com.auterity.neuroweaver.datasets.store;

import java.util.ArrayDeque;

/** Removes the chunks of versions that will never be committed. */
public final class ChunkVersions {
  private ChunkVersions() {}

  /** More than a writer has under way at once: so far apart may two chunks lie after a fault. */
  private static final int WIDEST_GAP = 64;

  /** Removes every chunk of the version; returns how many there were. */
  public static int remove(ChunkStore store, String tenant, String versionId, int partitions) {
    int removed = 0;
    for (int p = 0; p < partitions; p++) {
      removed += removeFrom(store, tenant, versionId, p, 0, WIDEST_GAP);
    }
    return removed;
  }

  /**
   * Removes the partition's chunks from a sequence on. They go last first, so that a removal cut
   * short widens no gap and can be done again.
   *
   * @param gap so many may be missing between two that are there: what a writer that died had under
   *     way
   */
  static int removeFrom(
      ChunkStore store, String tenant, String versionId, int partition, int sequence, int gap) {
    ArrayDeque<ChunkKey> found = new ArrayDeque<>();
    int end = sequence;
    for (int s = sequence; s <= end + gap; s++) {
      ChunkKey key = new ChunkKey(tenant, versionId, partition, s);
      if (store.contains(key)) {
        found.push(key);
        end = s + 1;
      }
    }
    found.forEach(store::remove);
    return found.size();
  }
}
