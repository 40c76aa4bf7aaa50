package com.auterity.neuroweaver.datasets.store;

import com.dynatrace.hash4j.distinctcount.HyperLogLog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Distinct values and how often each occurs, by 64-bit hashes: counts as long as there are at most
 * {@link #MOST_COUNTED} values, their exact number up to {@link #MOST_EXACT}, beyond that an
 * estimate by HyperLogLog (Flajolet et al. 2007) with a standard error of 1.6%. All of it depends
 * on the set of values alone, so that parts merge to the same figures in any order.
 */
final class ValueCounts {
  static final int MOST_COUNTED = 256;
  static final int MOST_EXACT = 2_047;
  private static final int LOG_REGISTERS = 12;

  private long[] keys = new long[16];
  private long[] counts = new long[16];
  private String[] texts = new String[16];
  private int used;
  private HyperLogLog registers;

  /**
   * @param text how the value is shown, asked for when it is new
   */
  void add(long hash, Supplier<String> text) {
    add(hash, 1, text);
  }

  private void add(long hash, long count, Supplier<String> text) {
    // Zero marks a free place.
    long key = hash == 0 ? 1 : hash;
    if (registers != null) {
      registers.add(key);
      return;
    }
    int mask = keys.length - 1;
    int at = (int) key & mask;
    while (keys[at] != 0) {
      if (keys[at] == key) {
        if (counts != null) {
          counts[at] += count;
        }
        return;
      }
      at = at + 1 & mask;
    }
    if (used == MOST_EXACT) {
      estimate();
      registers.add(key);
      return;
    }
    keys[at] = key;
    used++;
    if (used > MOST_COUNTED) {
      counts = null;
      texts = null;
    } else if (counts != null) {
      counts[at] = count;
      texts[at] = text.get();
    }
    if (used * 2 > keys.length) {
      grow();
    }
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldCounts = counts;
    String[] oldTexts = texts;
    keys = new long[oldKeys.length * 2];
    counts = oldCounts == null ? null : new long[keys.length];
    texts = oldTexts == null ? null : new String[keys.length];
    int mask = keys.length - 1;
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] == 0) {
        continue;
      }
      int at = (int) oldKeys[i] & mask;
      while (keys[at] != 0) {
        at = at + 1 & mask;
      }
      keys[at] = oldKeys[i];
      if (counts != null) {
        counts[at] = oldCounts[i];
        texts[at] = oldTexts[i];
      }
    }
  }

  private void estimate() {
    registers = HyperLogLog.create(LOG_REGISTERS);
    for (long key : keys) {
      if (key != 0) {
        registers.add(key);
      }
    }
    keys = null;
    counts = null;
    texts = null;
  }

  void add(State other) {
    if (other.registers() != null) {
      if (registers == null) {
        estimate();
      }
      registers.add(HyperLogLog.wrap(other.registers()));
      return;
    }
    if (other.counts() == null && registers == null) {
      counts = null;
      texts = null;
    }
    for (int i = 0; i < other.keys().length; i++) {
      int at = i;
      boolean counted = other.counts() != null;
      add(
          other.keys()[i],
          counted ? other.counts()[i] : 1,
          counted ? () -> other.texts().get(at) : () -> null);
    }
  }

  State state() {
    if (registers != null) {
      return new State(null, null, null, registers.getState().clone());
    }
    int[] places = places();
    boolean counted = counts != null;
    return new State(
        Arrays.stream(places).mapToLong(at -> keys[at]).toArray(),
        counted ? Arrays.stream(places).mapToLong(at -> counts[at]).toArray() : null,
        counted ? Arrays.stream(places).mapToObj(at -> texts[at]).toList() : null,
        null);
  }

  private int[] places() {
    int[] places = new int[used];
    int next = 0;
    for (int at = 0; at < keys.length; at++) {
      if (keys[at] != 0) {
        places[next++] = at;
      }
    }
    return places;
  }

  boolean exact() {
    return registers == null;
  }

  long distinct() {
    return exact() ? used : Math.round(registers.getDistinctCountEstimate());
  }

  /** The values that occur most, the most frequent first; null when there are too many to count. */
  List<Frequent> frequent(int most) {
    if (counts == null) {
      return null;
    }
    List<Frequent> all = new ArrayList<>();
    for (int at : places()) {
      all.add(new Frequent(texts[at], counts[at], keys[at]));
    }
    all.sort(
        Comparator.comparingLong(Frequent::count)
            .reversed()
            .thenComparing(Frequent::text)
            .thenComparingLong(Frequent::hash));
    return all.subList(0, Math.min(most, all.size()));
  }

  /**
   * @param hash of the whole value, of which {@code text} may be the beginning
   */
  record Frequent(String text, long count, long hash) {}

  /** The figures as they travel: hashes with or without counts, or registers. */
  record State(long[] keys, long[] counts, List<String> texts, byte[] registers) {}
}
