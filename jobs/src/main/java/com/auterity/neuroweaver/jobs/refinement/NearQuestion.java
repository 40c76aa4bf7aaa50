package com.auterity.neuroweaver.jobs.refinement;

/**
 * What {@link NearDuplicateSearch} asks {@link NearDuplicateAnswers}. All numbers in answers are
 * big-endian; a position is a row's place in its partition.
 *
 * @param stored which dataset of {@code against} is asked; -1 for the one that is refined
 * @param from first position or band
 * @param to last position or band, exclusive
 * @param data positions (ints), or what HITS says
 */
public record NearQuestion(Kind kind, int stored, int from, int to, byte[] data) {
  /** What is wanted. */
  public enum Kind {
    /**
     * Rows of the partition (int), then of the positions asked for: ordinals (longs), identities of
     * shingle sets (longs), sizes of these (ints; 0 for rows that are not compared), and what
     * {@code keep} goes by (doubles).
     */
    HEADS,

    /** Keys (ints) of bands from..to, band by band; data: first and last position (ints). */
    KEYS,

    /**
     * Of the positions in data: the shingle set, or the signature when sets are not compared; each
     * as its length and its ints.
     */
    SETS,

    /** Of the positions in data: the row's text as {@link Texts}, masked as the recipe masks. */
    TEXTS,

    /**
     * Rows of a stored dataset that have a key: data holds for each band the number of keys and the
     * keys, ascending. Answer: band, place of the key, position, size (ints), ordinal (long).
     */
    HITS
  }

  /** Of TEXTS. */
  public record Texts(java.util.List<String> texts) {}

  static NearQuestion of(Kind kind, int stored, byte[] data) {
    return new NearQuestion(kind, stored, 0, 0, data);
  }
}
