package com.auterity.neuroweaver.jobs.refinement.personal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was found in one text and is sure enough; where two overlap, the surer one stays. */
final class Candidates {
  private static final Comparator<Candidate> SUREST_FIRST =
      Comparator.comparingDouble(Candidate::score)
          .thenComparingInt(Candidate::length)
          .reversed()
          .thenComparing(Candidate::kind)
          .thenComparingInt(Candidate::start);

  private final EnumMap<PersonalData, Double> thresholds;
  private final List<Candidate> found = new ArrayList<>();

  Candidates(EnumMap<PersonalData, Double> thresholds) {
    this.thresholds = thresholds;
  }

  void add(PersonalData kind, int start, int end, double score) {
    Candidate candidate = new Candidate(kind, start, end, score);
    if (candidate.score() >= thresholds.get(kind)) {
      found.add(candidate);
    }
  }

  /** Those that overlap no surer one, in order of place. */
  List<Candidate> settled() {
    found.sort(SUREST_FIRST);
    TreeMap<Integer, Candidate> taken = new TreeMap<>();
    for (Candidate candidate : found) {
      Map.Entry<Integer, Candidate> before = taken.lowerEntry(candidate.end());
      if (before == null || before.getValue().end() <= candidate.start()) {
        taken.put(candidate.start(), candidate);
      }
    }
    return new ArrayList<>(taken.values());
  }
}
