package com.auterity.neuroweaver.jobs.refinement;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * What one stage of a recipe did to the rows it was given.
 *
 * @param made rows beside those that came
 * @param rejected rows by reason
 * @param examples of rejected rows by reason, those that come first in the source
 */
record StageCounts(
    String stage,
    long rowsIn,
    long changed,
    long made,
    TreeMap<String, Long> rejected,
    TreeMap<String, List<Dropped>> examples) {
  /** Examples of each reason that a result shows. */
  static final int EXAMPLES = 3;

  /**
   * A rejected row, what a later stage masks masked.
   *
   * @param ordinal of the row in its source
   * @param values of its columns by name, shortened; nulls are left out
   */
  record Dropped(long ordinal, String detail, TreeMap<String, String> values) {}

  static StageCounts none(String stage) {
    return new StageCounts(stage, 0, 0, 0, new TreeMap<>(), new TreeMap<>());
  }

  StageCounts plus(StageCounts other) {
    TreeMap<String, Long> reasons = new TreeMap<>(rejected);
    other.rejected.forEach((reason, rows) -> reasons.merge(reason, rows, Long::sum));
    TreeMap<String, List<Dropped>> first =
        firstOf(examples, other.examples, Dropped::ordinal, EXAMPLES);
    return new StageCounts(
        stage, rowsIn + other.rowsIn, changed + other.changed, made + other.made, reasons, first);
  }

  /** Of each kind the examples that come first in the source, whichever part was done first. */
  static <T> TreeMap<String, List<T>> firstOf(
      Map<String, List<T>> one, Map<String, List<T>> two, ToLongFunction<T> ordinal, int limit) {
    TreeMap<String, List<T>> first = new TreeMap<>(one);
    two.forEach(
        (kind, examples) ->
            first.merge(
                kind,
                examples,
                (a, b) ->
                    Stream.concat(a.stream(), b.stream())
                        .sorted(Comparator.comparingLong(ordinal))
                        .limit(limit)
                        .toList()));
    return first;
  }

  /** By place of the stage in the recipe. */
  static TreeMap<Integer, StageCounts> merged(
      Map<Integer, StageCounts> one, Map<Integer, StageCounts> two) {
    TreeMap<Integer, StageCounts> all = new TreeMap<>(one);
    two.forEach((place, counts) -> all.merge(place, counts, StageCounts::plus));
    return all;
  }
}
