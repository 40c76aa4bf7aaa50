package com.auterity.neuroweaver.jobs.refinement.similarity;

import java.util.Arrays;

/** The Jaccard similarity of sets of 32-bit hashes. Not thread-safe. */
public final class SetSimilarity {
  private final HashMarks marks = new HashMarks();
  private int[] marked;

  /**
   * Of two sets without doubles. Where one was cut to its lowest hashes, of the part of both below
   * its end, which is a random sample of their union (a bottom-k sketch).
   *
   * @param xCut whether x was cut; it is ascending then
   * @param yCut whether y was cut; it is ascending then
   */
  public double jaccard(int[] x, boolean xCut, int[] y, boolean yCut) {
    if (xCut || yCut) {
      return ofLowest(ascending(x, xCut), xCut, ascending(y, yCut), yCut);
    }
    if (marked != x) {
      marks.begin(x.length);
      for (int hash : x) {
        marks.add(hash);
      }
      marked = x;
    }
    int both = 0;
    for (int hash : y) {
      both += marks.contains(hash) ? 1 : 0;
    }
    return (double) both / (x.length + y.length - both);
  }

  private static int[] ascending(int[] set, boolean cut) {
    if (cut) {
      return set;
    }
    int[] sorted = set.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  private static double ofLowest(int[] x, boolean xCut, int[] y, boolean yCut) {
    int i = 0;
    int j = 0;
    int both = 0;
    int either = 0;
    while (i < x.length && j < y.length) {
      if (x[i] == y[j]) {
        both++;
        i++;
        j++;
      } else if (x[i] < y[j]) {
        i++;
      } else {
        j++;
      }
      either++;
    }
    if (i < x.length && !yCut) {
      either += x.length - i;
    }
    if (j < y.length && !xCut) {
      either += y.length - j;
    }
    return (double) both / either;
  }
}
