package com.auterity.neuroweaver.jobs.refinement.similarity;

import java.util.Arrays;

/** Sets of numbers that are joined (union by lowest number, paths halved). */
public final class DisjointSets {
  private int[] parent;
  private int size;

  /** Each number below {@code size} in a set of its own. */
  public DisjointSets(int size) {
    parent = new int[size];
    grow(size);
  }

  /** From now on there are so many numbers, the new ones each in a set of its own. */
  public void grow(int numbers) {
    if (numbers > parent.length) {
      parent = Arrays.copyOf(parent, (int) Math.min(Integer.MAX_VALUE - 8, numbers * 5L / 4 + 16));
    }
    for (; size < numbers; size++) {
      parent[size] = size;
    }
  }

  /** The lowest number of the set. */
  public int root(int number) {
    int at = number;
    while (parent[at] != at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  }

  public void join(int one, int two) {
    int a = root(one);
    int b = root(two);
    if (a != b) {
      parent[Math.max(a, b)] = Math.min(a, b);
    }
  }

  /** Until the next join no look for a root changes anything, so that several threads may look. */
  public void flatten() {
    for (int number = 0; number < size; number++) {
      parent[number] = root(number);
    }
  }
}
