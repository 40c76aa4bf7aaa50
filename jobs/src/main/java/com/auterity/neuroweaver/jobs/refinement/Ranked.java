package com.auterity.neuroweaver.jobs.refinement;

/** A stable merge sort of row numbers, 4 bytes a row beside the rows themselves. */
final class Ranked {
  private Ranked() {}

  /** Below 0 when the first comes first. */
  interface ByRow {
    int compare(int one, int two);
  }

  static void sort(int[] rows, int from, int to, ByRow order) {
    sort(rows, from, to, new int[(to - from + 1) / 2], order);
  }

  private static void sort(int[] rows, int from, int to, int[] spare, ByRow order) {
    if (to - from < 2) {
      return;
    }
    int middle = from + (to - from + 1) / 2;
    sort(rows, from, middle, spare, order);
    sort(rows, middle, to, spare, order);
    if (order.compare(rows[middle - 1], rows[middle]) <= 0) {
      return;
    }
    int left = middle - from;
    System.arraycopy(rows, from, spare, 0, left);
    int at = from;
    int one = 0;
    int two = middle;
    while (one < left && two < to) {
      rows[at++] = order.compare(rows[two], spare[one]) < 0 ? rows[two++] : spare[one++];
    }
    System.arraycopy(spare, one, rows, at, left - one);
  }
}
