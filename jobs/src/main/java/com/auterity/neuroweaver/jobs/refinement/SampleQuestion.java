package com.auterity.neuroweaver.jobs.refinement;

import java.util.List;

/**
 * What {@link SampleSearch} asks {@link SampleAnswers}. Rows are numbered by place among those of
 * their partition that enter the stage; numbers in byte arrays are big-endian.
 *
 * @param from first row, or how many are wanted
 * @param to last row, exclusive, or the most tokens a wanted row may have
 * @param data positions (ints), centres (shorts) or the feature vectors of chosen rows
 */
public record SampleQuestion(Kind kind, int from, int to, long threshold, byte[] data) {
  /** What is wanted. */
  public enum Kind {
    /** {@link Size}. */
    SIZE,
    /** {@link Heads} of the rows from..to. */
    HEADS,
    /** Feature vectors of the rows in data, one after the other. */
    FEATURES,
    /** {@link Sums} of the rows nearest to each centre, among those whose chance is not above. */
    SUMS,
    /** {@link Assigned}: the nearest centre of each of the rows from..to. */
    ASSIGN,
    /** {@link Farthest}: so many rows that are farthest from all chosen ones. */
    FARTHEST
  }

  static SampleQuestion of(Kind kind, int from, int to, byte[] data) {
    return new SampleQuestion(kind, from, to, 0, data);
  }

  /**
   * @param strata labels in order of first occurrence
   * @param shown the same with personal data covered that the recipe masks later
   */
  public record Size(int rows, List<String> strata, List<String> shown) {}

  /**
   * @param ordinals longs
   * @param strata ints; -1 for a row without a word where features are taken
   * @param tokens ints; empty without a budget
   * @param scores doubles, NaN for none; empty without scores
   */
  public record Heads(byte[] ordinals, byte[] strata, byte[] tokens, byte[] scores) {}

  /**
   * @param sums of feature values, longs, centre by centre
   * @param counts of rows, longs
   */
  public record Sums(byte[] sums, byte[] counts) {}

  /**
   * @param centres ints; -1 for a row without a word
   * @param distances squared, longs
   */
  public record Assigned(byte[] centres, byte[] distances) {}

  /**
   * @param rows ints, farthest first
   * @param distances squared, ints
   * @param features bytes
   * @param all whether no other row is left that has any distance
   */
  public record Farthest(byte[] rows, byte[] distances, byte[] features, boolean all) {}
}
