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
