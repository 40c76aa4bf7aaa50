package com.auterity.neuroweaver.datasets.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The rows of a file that could not be taken: counted by reason, the first ones kept. */
public final class RejectedRows {
  /** The line has more or fewer cells than there are columns. */
  public static final String FIELD_COUNT = "field_count";

  /** A cell is no value of its column's type. */
  public static final String BAD_VALUE = "bad_value";

  /** A column that must have a value has none. */
  public static final String MISSING_VALUE = "missing_value";

  /** The line is no JSON object. */
  public static final String BAD_JSON = "bad_json";

  private final int kept;
  private final Map<String, Long> counts = new TreeMap<>();
  private final List<Rejection> first = new ArrayList<>();

  /**
   * @param kept how many are kept with line and message
   */
  public RejectedRows(int kept) {
    this.kept = kept;
  }

  void add(long line, String reason, String message) {
    counts.merge(reason, 1L, Long::sum);
    if (first.size() < kept) {
      first.add(new Rejection(line, reason, message));
    }
  }

  /** Adds those of a later piece of the same file. */
  public void addAll(RejectedRows later) {
    later.counts.forEach((reason, count) -> counts.merge(reason, count, Long::sum));
    later.first.stream().limit(kept - first.size()).forEach(first::add);
  }

  /** Makes these what they were when {@link #counts} and {@link #first} gave this. */
  public void restore(Map<String, Long> restoredCounts, List<Rejection> restoredFirst) {
    counts.clear();
    counts.putAll(restoredCounts);
    first.clear();
    first.addAll(restoredFirst);
  }

  /** Those there are, which are then no longer here. */
  RejectedRows take() {
    RejectedRows taken = new RejectedRows(kept);
    taken.addAll(this);
    counts.clear();
    first.clear();
    return taken;
  }

  public long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** By reason. */
  public Map<String, Long> counts() {
    return new TreeMap<>(counts);
  }

  public List<Rejection> first() {
    return List.copyOf(first);
  }

  /**
   * One rejected row.
   *
   * @param line 1-based line of the file; for Parquet the 1-based row
   */
  public record Rejection(long line, String reason, String message) {}
}
