package com.auterity.neuroweaver.jobs.refinement.similarity;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Rows of one band that have a key in common, as candidate pairs. In a small bucket every pair is
 * one; in a larger one each row is paired with the first rows and with the rows next to it, in
 * order of ordinals, so that a bucket costs time in proportion to its rows.
 */
public final class BandBuckets {
  private static final int SMALL = 8;

  private final long[] ordinals;
  private long[] entries = {};
  private long[] sorted = {};

  public BandBuckets(long[] ordinals) {
    this.ordinals = ordinals;
  }

  /**
   * @param keys of each row
   * @param rows the numbers of those that are compared
   */
  public void pair(int[] keys, int[] rows, int count, RowPairs into) {
    if (entries.length < count) {
      entries = new long[count];
      sorted = new long[count];
    }
    for (int i = 0; i < count; i++) {
      entries[i] = (keys[rows[i]] & 0xFFFFFFFFL) << 31 | rows[i];
    }
    sort(count);
    int from = 0;
    while (from < count) {
      int to = from + 1;
      while (to < count && sorted[to] >>> 31 == sorted[from] >>> 31) {
        to++;
      }
      if (to - from > 1) {
        pairs(from, to, into);
      }
      from = to;
    }
  }

  /** By key: keys are hashes, so buckets by their first bits are small. */
  private void sort(int count) {
    int bits = Math.max(1, 32 - Integer.numberOfLeadingZeros(Math.max(1, count)) - 3);
    int shift = 63 - bits;
    int[] ends = new int[1 << bits];
    for (int i = 0; i < count; i++) {
      ends[(int) (entries[i] >>> shift)]++;
    }
    int sum = 0;
    for (int i = 0; i < ends.length; i++) {
      int size = ends[i];
      ends[i] = sum;
      sum += size;
    }
    for (int i = 0; i < count; i++) {
      sorted[ends[(int) (entries[i] >>> shift)]++] = entries[i];
    }
    int from = 0;
    for (int end : ends) {
      if (end - from > 1) {
        Arrays.sort(sorted, from, end);
      }
      from = end;
    }
  }

  private void pairs(int from, int to, RowPairs into) {
    int size = to - from;
    int[] rows = new int[size];
    for (int i = 0; i < size; i++) {
      rows[i] = (int) (sorted[from + i] & Integer.MAX_VALUE);
    }
    if (size <= SMALL) {
      for (int i = 0; i < size; i++) {
        for (int j = i + 1; j < size; j++) {
          into.add(rows[i], rows[j]);
        }
      }
      return;
    }
    Integer[] order = Arrays.stream(rows).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingLong(row -> ordinals[row]));
    for (int i = 1; i < size; i++) {
      for (int j = 0; j < Math.min(i, SMALL / 2); j++) {
        into.add(order[j], order[i]);
      }
      for (int j = Math.max(SMALL / 2, i - SMALL / 2); j < i; j++) {
        into.add(order[j], order[i]);
      }
    }
  }
}
