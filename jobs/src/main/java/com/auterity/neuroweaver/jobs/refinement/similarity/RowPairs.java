package com.auterity.neuroweaver.jobs.refinement.similarity;

import java.util.Arrays;

/** Pairs of row numbers, each once; grows by doubling. */
public final class RowPairs {
  private static final long NONE = -1;

  private long[] table = emptyTable(1 << 12);
  private int count;

  private static long[] emptyTable(int size) {
    long[] table = new long[size];
    Arrays.fill(table, NONE);
    return table;
  }

  /** The lower number in the high half. */
  public static long pair(int one, int two) {
    return one < two ? (long) one << 32 | two : (long) two << 32 | one;
  }

  public static int lower(long pair) {
    return (int) (pair >> 32);
  }

  public static int higher(long pair) {
    return (int) pair;
  }

  public void add(int one, int two) {
    long pair = pair(one, two);
    if (2 * count >= table.length) {
      long[] old = table;
      table = emptyTable(2 * old.length);
      for (long each : old) {
        if (each != NONE) {
          put(each);
        }
      }
    }
    if (put(pair)) {
      count++;
    }
  }

  private boolean put(long pair) {
    int at = (int) Shingler.mixed(pair) & table.length - 1;
    while (table[at] != NONE) {
      if (table[at] == pair) {
        return false;
      }
      at = at + 1 & table.length - 1;
    }
    table[at] = pair;
    return true;
  }

  public int count() {
    return count;
  }

  /** What several {@link #take()} gave, each pair once, ascending. */
  public static long[] union(long[][] parts) {
    long[] all = parts[0];
    for (int i = 1; i < parts.length; i++) {
      all = union(all, parts[i]);
    }
    return all;
  }

  private static long[] union(long[] one, long[] other) {
    long[] both = new long[one.length + other.length];
    int count = 0;
    int i = 0;
    int j = 0;
    while (i < one.length && j < other.length) {
      long next = Math.min(one[i], other[j]);
      both[count++] = next;
      i += one[i] == next ? 1 : 0;
      j += other[j] == next ? 1 : 0;
    }
    while (i < one.length) {
      both[count++] = one[i++];
    }
    while (j < other.length) {
      both[count++] = other[j++];
    }
    return Arrays.copyOf(both, count);
  }

  /** All pairs, ascending, as {@link #pair} has them; none are left. */
  public long[] take() {
    long[] pairs = new long[count];
    int at = 0;
    for (long each : table) {
      if (each != NONE) {
        pairs[at++] = each;
      }
    }
    Arrays.sort(pairs);
    table = emptyTable(1 << 12);
    count = 0;
    return pairs;
  }
}
