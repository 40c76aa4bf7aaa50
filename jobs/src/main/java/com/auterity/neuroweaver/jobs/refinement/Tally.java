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
  private final TreeMap<String, Long> masked = new TreeMap<>();
  private final TreeMap<Integer, StageTally> stages = new TreeMap<>();
  private int place;

  private static final class StageTally {
    private final String stage;
    private final TreeMap<String, Long> rejected = new TreeMap<>();
    private final TreeMap<String, List<StageCounts.Dropped>> dropped = new TreeMap<>();
    private long rowsIn;
    private long changed;
    private long made;

    StageTally(String stage) {
      this.stage = stage;
    }

    StageCounts counts() {
      return new StageCounts(stage, rowsIn, changed, made, rejected, dropped);
    }
  }

  private StageTally at(int place, String stage) {
    return stages.computeIfAbsent(place, p -> new StageTally(stage));
  }

  /** A row comes to the stage at this place of the recipe; what follows is that stage's. */
  void enters(int place, String stage) {
    this.place = place;
    at(place, stage).rowsIn++;
  }

  /** A row is rejected by the stage at this place. */
  void rejected(int place, String stage, String reason) {
    at(place, stage).rejected.merge(reason, 1L, Long::sum);
  }

  /** Whether fewer examples of this stage and reason are kept than should be. */
  boolean wantsDropped(int place, String stage, String reason) {
    return at(place, stage).dropped.getOrDefault(reason, List.of()).size() < StageCounts.EXAMPLES;
  }

  void dropped(int place, String stage, String reason, StageCounts.Dropped row) {
    at(place, stage).dropped.computeIfAbsent(reason, r -> new ArrayList<>()).add(row);
  }

  /** Pieces of personal data of one kind that were masked. */
  void masked(String kind) {
    masked.merge(kind, 1L, Long::sum);
  }

  /** A row that a stage changed. */
  void changed(String stage) {
    at(place, stage).changed++;
  }

  /** A row that the stage at this place made. */
  void made(int place, String stage) {
    at(place, stage).made++;
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

  Map<String, Long> masked() {
    return masked;
  }

  /** By place in the recipe, of the stages that any row came to. */
  Map<Integer, StageCounts> stages() {
    TreeMap<Integer, StageCounts> counts = new TreeMap<>();
    stages.forEach((place, tally) -> counts.put(place, tally.counts()));
    return counts;
  }
}
