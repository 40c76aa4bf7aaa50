package com.auterity.neuroweaver.jobs.refinement.similarity;

/** A set of 32-bit hashes that is emptied at no cost. Not thread-safe. */
final class HashMarks {
  /** A hash behind the number of the round that it was put in; those of other rounds are void. */
  private long[] table = new long[512];

  private long round;

  /** Empties the set and makes room. */
  void begin(int hashes) {
    if (table.length < 2 * hashes) {
      table = new long[4 * Integer.highestOneBit(hashes)];
    }
    round++;
  }

  /** False when it was there; at most as many as there is room for. */
  boolean add(int hash) {
    long entry = round << 32 | hash & 0xFFFFFFFFL;
    int at = hash & table.length - 1;
    while (table[at] >>> 32 == round) {
      if (table[at] == entry) {
        return false;
      }
      at = at + 1 & table.length - 1;
    }
    table[at] = entry;
    return true;
  }

  boolean contains(int hash) {
    long entry = round << 32 | hash & 0xFFFFFFFFL;
    int at = hash & table.length - 1;
    while (table[at] >>> 32 == round) {
      if (table[at] == entry) {
        return true;
      }
      at = at + 1 & table.length - 1;
    }
    return false;
  }
}
