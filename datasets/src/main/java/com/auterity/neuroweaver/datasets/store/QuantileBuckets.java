package com.auterity.neuroweaver.datasets.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Counts finite numbers in buckets whose width is a share of their value, and answers quantiles
 * from them (DDSketch: Masson, Rim and Lee 2019, with logarithms interpolated from a double's bits
 * so that all machines agree; when there are more than {@link #MOST_BUCKETS}, neighbours are joined
 * everywhere: UDDSketch, Epicoco et al. 2020). How coarse the buckets are depends on the numbers
 * alone, so that parts merge to the same counts in any order.
 */
final class QuantileBuckets {
  static final int MOST_BUCKETS = 1_024;

  /** Bits of the mantissa that tell buckets apart at first: 128 buckets between powers of two. */
  private static final int FINEST = 7;

  /** Beyond the bucket of the greatest double. */
  private static final long END = 0x7ffL << FINEST;

  private int[] keys = new int[16];
  private long[] counts = new long[16];
  private int used;
  private int joined;
  private long total;

  void add(double number) {
    add(key(number, joined), 1);
  }

  private static int key(double number, int joined) {
    long bits = Double.doubleToRawLongBits(number);
    int key = (int) ((bits & Long.MAX_VALUE) >>> 52 - FINEST) >>> joined;
    return bits < 0 ? -key : key;
  }

  private void add(int key, long count) {
    total += count;
    int at = place(keys, counts, key);
    if (counts[at] == 0) {
      keys[at] = key;
      used++;
    }
    counts[at] += count;
    if (used > MOST_BUCKETS) {
      join();
    } else if (used * 2 > keys.length) {
      rebuild(keys.length * 2, 0);
    }
  }

  private static int place(int[] keys, long[] counts, int key) {
    int mask = keys.length - 1;
    int at = key * 0x9e3779b9 >>> 7 & mask;
    while (counts[at] != 0 && keys[at] != key) {
      at = at + 1 & mask;
    }
    return at;
  }

  private void join() {
    while (used > MOST_BUCKETS) {
      joined++;
      rebuild(keys.length, 1);
    }
  }

  private void rebuild(int size, int shift) {
    int[] oldKeys = keys;
    long[] oldCounts = counts;
    keys = new int[size];
    counts = new long[size];
    used = 0;
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldCounts[i] != 0) {
        int key = coarser(oldKeys[i], shift);
        int at = place(keys, counts, key);
        if (counts[at] == 0) {
          keys[at] = key;
          used++;
        }
        counts[at] += oldCounts[i];
      }
    }
  }

  private static int coarser(int key, int shift) {
    return key < 0 ? -(-key >>> shift) : key >>> shift;
  }

  void add(State other) {
    while (joined < other.joined()) {
      joined++;
      rebuild(keys.length, 1);
    }
    for (int i = 0; i < other.keys().length; i++) {
      // Joined anew for each: adding may join buckets.
      add(coarser(other.keys()[i], joined - other.joined()), other.counts()[i]);
    }
  }

  State state() {
    int[] sorted = sorted();
    long[] sortedCounts = new long[sorted.length];
    for (int i = 0; i < sorted.length; i++) {
      sortedCounts[i] = counts[place(keys, counts, sorted[i])];
    }
    return new State(joined, sorted, sortedCounts);
  }

  private int[] sorted() {
    int[] sorted = new int[used];
    int at = 0;
    for (int i = 0; i < keys.length; i++) {
      if (counts[i] != 0) {
        sorted[at++] = keys[i];
      }
    }
    Arrays.sort(sorted);
    return sorted;
  }

  /** A quantile lies within this share of its value. */
  double error() {
    return joined <= FINEST
        ? Math.scalb(0.5, joined - FINEST)
        : (Math.scalb(1.0, 1 << Math.min(9, joined - FINEST)) - 1) / 2;
  }

  /**
   * For each share q, about the least number of which at least a share q are not greater.
   *
   * @param shares ascending
   * @param whole whether the numbers are whole
   */
  List<Double> quantiles(double[] shares, boolean whole, double min, double max) {
    List<Double> quantiles = new ArrayList<>();
    int[] sorted = sorted();
    int at = -1;
    long below = 0;
    for (double share : shares) {
      long rank = Math.max(1, (long) Math.ceil(share * total));
      while (below < rank) {
        below += counts[place(keys, counts, sorted[++at])];
      }
      quantiles.add(Math.max(min, Math.min(max, middle(sorted[at], whole))));
    }
    return quantiles;
  }

  private double middle(int key, boolean whole) {
    double low = edge(Math.abs(key));
    double high = edge(Math.abs(key) + 1);
    double middle;
    if (key == 0) {
      middle = 0;
    } else if (whole) {
      double first = Math.ceil(low);
      double last = Math.ceil(high) - 1;
      middle = first + Math.floor((last - first) / 2);
    } else {
      middle = low + (high - low) / 2;
    }
    return key < 0 ? -middle : middle;
  }

  private double edge(int key) {
    long finest = Math.min((long) key << joined, END);
    return Math.min(Double.MAX_VALUE, Double.longBitsToDouble(finest << 52 - FINEST));
  }

  /** The buckets as they travel, by ascending key. */
  record State(int joined, int[] keys, long[] counts) {}
}
