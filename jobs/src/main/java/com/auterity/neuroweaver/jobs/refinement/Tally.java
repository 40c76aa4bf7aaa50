package com.auterity.neuroweaver.jobs.refinement;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts kept while a recipe runs over rows. Not thread-safe: one for each partition. */
final class Tally {
  /** Examples of each kind that a result shows. */
  static final int EXAMPLES = 3;

  private final TreeMap<String, List<MaskedExample>> examples = new TreeMap<>();
  private final TreeMap<String, Long> rejected = new TreeMap<>();
  private final TreeMap<String, Long> masked = new TreeMap<>();
  private final TreeMap<String, Long> changed = new TreeMap<>();
  private final TreeMap<String, Long> made = new TreeMap<>();

  void rejected(String reason) {
    rejected.merge(reason, 1L, Long::sum);
  }

  /** Pieces of personal data of one kind that were masked. */
  void masked(String kind) {
    masked.merge(kind, 1L, Long::sum);
  }

  /** A row that a stage changed. */
  void changed(String stage) {
    changed.merge(stage, 1L, Long::sum);
  }

  /** A row that a stage made. */
  void made(String stage) {
    made.merge(stage, 1L, Long::sum);
  }

  /** Whether fewer examples of this kind of personal data are kept than should be. */
  boolean wantsExample(String kind) {
    return examples.getOrDefault(kind, List.of()).size() < EXAMPLES;
  }

  void example(MaskedExample example) {
    examples.computeIfAbsent(example.kind(), kind -> new ArrayList<>()).add(example);
  }

  Map<String, List<MaskedExample>> examples() {
    return examples;
  }

  Map<String, Long> rejected() {
    return rejected;
  }

  Map<String, Long> masked() {
    return masked;
  }

  Map<String, Long> changed() {
    return changed;
  }

  Map<String, Long> made() {
    return made;
  }
}
