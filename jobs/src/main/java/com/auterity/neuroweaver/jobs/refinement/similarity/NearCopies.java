package com.auterity.neuroweaver.jobs.refinement.similarity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Texts seen so far in a partition, to tell those that nearly repeat one: the Jaccard similarity of
 * their sets of three-word shingles, estimated from 32 permutations in eight bands (see {@link
 * MinHash}). Remembers a bounded number of texts, the first. Not thread-safe.
 */
public final class NearCopies {
  private static final int SHINGLE = 3;
  private static final int BANDS = 8;
  private static final int ROWS = 4;
  private static final int MOST_TEXTS = 100_000;
  private static final int MOST_IN_BUCKET = 64;

  private final double least;
  private final Shingler shingler = new Shingler(true, SHINGLE, false);
  private final MinHash minHash = new MinHash(BANDS, ROWS, 1);
  private final List<int[]> signatures = new ArrayList<>();
  private final List<Map<Integer, List<Integer>>> buckets = new ArrayList<>();

  /**
   * @param least from this similarity on a text is a copy
   */
  public NearCopies(double least) {
    this.least = least;
    for (int band = 0; band < BANDS; band++) {
      buckets.add(new HashMap<>());
    }
  }

  /** Whether a text like this one was remembered. */
  public boolean holds(String text) {
    int[] signature = signature(text);
    for (int band = 0; band < BANDS; band++) {
      for (int other : buckets.get(band).getOrDefault(minHash.key(band), List.of())) {
        int[] remembered = signatures.get(other);
        int equal = 0;
        for (int k = 0; k < signature.length; k++) {
          equal += signature[k] == remembered[k] ? 1 : 0;
        }
        if (equal >= least * signature.length) {
          return true;
        }
      }
    }
    return false;
  }

  public void remember(String text) {
    if (signatures.size() >= MOST_TEXTS) {
      return;
    }
    int[] signature = signature(text).clone();
    for (int band = 0; band < BANDS; band++) {
      List<Integer> bucket =
          buckets.get(band).computeIfAbsent(minHash.key(band), key -> new ArrayList<>());
      if (bucket.size() < MOST_IN_BUCKET) {
        bucket.add(signatures.size());
      }
    }
    signatures.add(signature);
  }

  private int[] signature(String text) {
    return minHash.sign(shingler.hashes(), count(text));
  }

  private int count(String text) {
    shingler.begin();
    shingler.add(text);
    return shingler.end();
  }

  /** Whether two texts are as alike, exactly. */
  public boolean alike(String one, String two) {
    int count = count(one);
    int[] first = Arrays.copyOf(shingler.sorted(), count);
    int others = count(two);
    int[] second = shingler.sorted();
    int both = 0;
    for (int i = 0, j = 0; i < count && j < others; ) {
      if (first[i] == second[j]) {
        both++;
        i++;
        j++;
      } else if (first[i] < second[j]) {
        i++;
      } else {
        j++;
      }
    }
    int union = count + others - both;
    return union > 0 && both >= least * union;
  }
}
