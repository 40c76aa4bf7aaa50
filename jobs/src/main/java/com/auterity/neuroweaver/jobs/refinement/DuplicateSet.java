package com.auterity.neuroweaver.jobs.refinement;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Ordinals to reject and, for each, the ordinal of the row that is kept in their place. */
final class DuplicateSet {
  static final DuplicateSet EMPTY = new DuplicateSet(new long[0], new long[0]);

  private final long[] ordinals;
  private final long[] originals;

  private DuplicateSet(long[] ordinals, long[] originals) {
    this.ordinals = ordinals;
    this.originals = originals;
  }

  /** The kept row's ordinal when this ordinal is to be rejected, else -1. */
  long originalOf(long ordinal) {
    int at = Arrays.binarySearch(ordinals, ordinal);
    return at < 0 ? -1 : originals[at];
  }

  int size() {
    return ordinals.length;
  }

  /** Pairs of big-endian longs: ordinal, original. */
  byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(ordinals.length * 16);
    for (int i = 0; i < ordinals.length; i++) {
      bytes.putLong(ordinals[i]).putLong(originals[i]);
    }
    return bytes.array();
  }

  static DuplicateSet ofBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int n = bytes.length / 16;
    long[] ordinals = new long[n];
    long[] originals = new long[n];
    for (int i = 0; i < n; i++) {
      ordinals[i] = in.getLong();
      originals[i] = in.getLong();
    }
    return new DuplicateSet(ordinals, originals);
  }

  /**
   * Collects keys from all partitions, one bucket of keys at a time so that memory stays bounded.
   */
  static final class Finder {
    private final Map<ExactDuplicates.RowKey, Long> lowest = new HashMap<>();

    /** Duplicates by the partition that holds them: ordinal to key's lowest ordinal, at the end. */
    private final Map<Integer, TreeMap<Long, ExactDuplicates.RowKey>> candidates = new HashMap<>();

    private final Map<Integer, TreeMap<Long, Long>> found = new HashMap<>();

    /** {@code keys}: triples of big-endian longs (key, key, ordinal). */
    void add(int partition, byte[] keys) {
      ByteBuffer in = ByteBuffer.wrap(keys);
      while (in.hasRemaining()) {
        ExactDuplicates.RowKey key = new ExactDuplicates.RowKey(in.getLong(), in.getLong());
        long ordinal = in.getLong();
        lowest.merge(key, ordinal, Math::min);
        candidates.computeIfAbsent(partition, p -> new TreeMap<>()).put(ordinal, key);
      }
    }

    /** Every partition has given its keys of this bucket: settle it and forget the keys. */
    void settleBucket() {
      candidates.forEach(
          (partition, keys) ->
              keys.forEach(
                  (ordinal, key) -> {
                    long original = lowest.get(key);
                    if (original != ordinal) {
                      found.computeIfAbsent(partition, p -> new TreeMap<>()).put(ordinal, original);
                    }
                  }));
      lowest.clear();
      candidates.clear();
    }

    DuplicateSet of(int partition) {
      TreeMap<Long, Long> pairs = found.getOrDefault(partition, new TreeMap<>());
      return new DuplicateSet(
          pairs.keySet().stream().mapToLong(Long::longValue).toArray(),
          pairs.values().stream().mapToLong(Long::longValue).toArray());
    }
  }
}
