package com.auterity.neuroweaver.datasets.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * Counts distinct values by the smallest 64-bit hashes among them (Bar-Yossef et al. 2002, "k
 * minimum values"). Exact below {@link #KEPT} distinct values, beyond that with a standard error of
 * 1.6%. Merging in any order gives the same count.
 */
final class DistinctCount {
  static final int KEPT = 4_096;

  private final TreeSet<Long> smallest = new TreeSet<>();

  void add(String value) {
    add(Partitioning.hash(value));
  }

  void addAll(Collection<Long> hashes) {
    hashes.forEach(this::add);
  }

  boolean exact() {
    return smallest.size() < KEPT;
  }

  long count() {
    if (exact()) {
      return smallest.size();
    }
    // The k-th smallest of n values spread evenly over [0, 1) lies at about k / n.
    double place = (smallest.last() - (double) Long.MIN_VALUE) / 0x1p64;
    return Math.round((KEPT - 1) / place);
  }

  List<Long> hashes() {
    return new ArrayList<>(smallest);
  }

  private void add(long hash) {
    if (smallest.size() < KEPT) {
      smallest.add(hash);
    } else if (hash < smallest.last() && smallest.add(hash)) {
      smallest.pollLast();
    }
  }
}
