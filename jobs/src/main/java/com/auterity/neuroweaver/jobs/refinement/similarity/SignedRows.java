package com.auterity.neuroweaver.jobs.refinement.similarity;

/** Band keys of the rows of one partition, by position. */
public final class SignedRows {
  private final long[] ordinals;
  private final long[] identities;
  private final int[] sizes;
  private final double[] ranks;
  private final int[][] keys;

  /**
   * @param ranked whether rows have a value that {@code keep} goes by
   */
  public SignedRows(int rows, int bands, boolean ranked) {
    ordinals = new long[rows];
    identities = new long[rows];
    sizes = new int[rows];
    ranks = ranked ? new double[rows] : null;
    keys = new int[bands][rows];
  }

  /**
   * @param size of the shingle set; 0 for a row that is not compared
   * @param signature of the row, unless the size is 0
   */
  public void put(
      int position, long ordinal, double rank, int size, long identity, MinHash signature) {
    ordinals[position] = ordinal;
    identities[position] = identity;
    sizes[position] = size;
    if (ranks != null) {
      ranks[position] = rank;
    }
    if (size > 0) {
      for (int band = 0; band < keys.length; band++) {
        keys[band][position] = signature.key(band);
      }
    }
  }

  public int rows() {
    return sizes.length;
  }

  int bands() {
    return keys.length;
  }

  public long[] ordinals() {
    return ordinals;
  }

  public long[] identities() {
    return identities;
  }

  public int[] sizes() {
    return sizes;
  }

  /** Null when nothing goes by them. */
  public double[] ranks() {
    return ranks;
  }

  public int[] keys(int band) {
    return keys[band];
  }

  long memory() {
    return rows() * (28L + 4L * keys.length);
  }
}
