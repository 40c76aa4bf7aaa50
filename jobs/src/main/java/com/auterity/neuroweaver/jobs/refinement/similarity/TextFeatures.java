package com.auterity.neuroweaver.jobs.refinement.similarity;

import com.auterity.neuroweaver.datasets.schema.Row;
import java.util.Arrays;
import java.util.List;

/**
 * A text as a vector of unit length in steps of 1/127: each different word n-gram, n from 1 to
 * {@code ngram}, adds 1 or -1 to the dimension that its hash names (signed feature hashing,
 * Weinberger et al., "Feature hashing for large scale multitask learning", 2009). Whole numbers, so
 * that sums and distances are exact. Not thread-safe.
 */
public final class TextFeatures {
  /** The length of a vector, about. */
  public static final int UNIT = 127;

  private final List<Integer> columns;
  private final Shingler[] shinglers;
  private final int[] sums;

  public TextFeatures(List<Integer> columns, int dimensions, int ngram) {
    this.columns = columns;
    sums = new int[dimensions];
    shinglers = new Shingler[ngram];
    for (int n = 1; n <= ngram; n++) {
      shinglers[n - 1] = new Shingler(true, n, false);
    }
  }

  /** Writes the row's vector into {@code into}; false, and zeros, when it has no word. */
  public boolean of(Row row, byte[] into, int at) {
    Arrays.fill(sums, 0);
    boolean any = false;
    for (int n = 0; n < shinglers.length; n++) {
      Shingler shingler = shinglers[n];
      shingler.begin();
      for (int column : columns) {
        String text = row.text(column);
        if (text != null) {
          shingler.add(text);
        }
      }
      int count = shingler.end();
      any |= count > 0;
      for (int i = 0; i < count; i++) {
        long hash = Shingler.mixed(shingler.hashes()[i] + ((long) n << 32));
        int dimension = (int) ((hash >>> 32) * sums.length >>> 32);
        sums[dimension] += (hash & 1) == 0 ? 1 : -1;
      }
    }
    long square = 0;
    for (int sum : sums) {
      square += (long) sum * sum;
    }
    double length = Math.sqrt(square);
    for (int d = 0; d < sums.length; d++) {
      into[at + d] = (byte) (square == 0 ? 0 : Math.rint(UNIT * sums[d] / length));
    }
    return any;
  }

  /** The square of the distance of two vectors. */
  public static int distance(byte[] one, int oneAt, byte[] two, int twoAt, int dimensions) {
    int sum = 0;
    for (int d = 0; d < dimensions; d++) {
      int difference = one[oneAt + d] - two[twoAt + d];
      sum += difference * difference;
    }
    return sum;
  }
}
