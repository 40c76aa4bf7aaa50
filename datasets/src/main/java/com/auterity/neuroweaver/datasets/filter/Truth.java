package com.auterity.neuroweaver.datasets.filter;

/**
 * For which rows of a batch a condition holds and for which it fails, bit i for row i. A row in
 * neither is unknown: a null stood in the way, as in SQL.
 */
record Truth(long[] holds, long[] fails) {
  static Truth ofWords(int words) {
    return new Truth(new long[words], new long[words]);
  }

  Truth not() {
    return new Truth(fails, holds);
  }

  /** Takes another operand of {@code and} in. */
  void and(Truth other) {
    for (int i = 0; i < holds.length; i++) {
      holds[i] &= other.holds[i];
      fails[i] |= other.fails[i];
    }
  }

  /** Takes another operand of {@code or} in. */
  void or(Truth other) {
    for (int i = 0; i < holds.length; i++) {
      holds[i] |= other.holds[i];
      fails[i] &= other.fails[i];
    }
  }
}
