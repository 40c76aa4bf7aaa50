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
    int place = place(hash);
    if (table[place] == entry(hash)) {
      return false;
    }
    table[place] = entry(hash);
    return true;
  }

  boolean contains(int hash) {
    return table[place(hash)] == entry(hash);
  }

  private long entry(int hash) {
    return round << 32 | hash & 0xFFFFFFFFL;
  }

  /** Where the hash is, or else where there is room for it. */
  private int place(int hash) {
    long entry = entry(hash);
    int at = hash & table.length - 1;
    while (table[at] != entry && table[at] >>> 32 == round) {
      at = at + 1 & table.length - 1;
    }
    return at;
  }
}
