package com.auterity.neuroweaver.datasets.format;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The rows of a file that could not be taken: counted by reason, the first ones kept with line and
 * message, and, where somebody wants them, all of them whole.
 */
public final class RejectedRows {
  /** The line has more or fewer cells than there are columns. */
  public static final String FIELD_COUNT = "field_count";

  /** A cell is no value of its column's type. */
  public static final String BAD_VALUE = "bad_value";

  /** A column that must have a value has none. */
  public static final String MISSING_VALUE = "missing_value";

  /** The line or array element is no JSON object. */
  public static final String BAD_JSON = "bad_json";

  /** A cell or line is longer than what is taken. */
  public static final String TOO_LONG = "too_long";

  /** A prospect that names neither a customer nor a vehicle. */
  public static final String EMPTY_LEAD = "empty_lead";

  private final Kept kept;
  private final Map<String, Long> counts = new TreeMap<>();
  private final List<Rejection> first = new ArrayList<>();
  private RejectedText whole;
  private String file;

  /**
   * What is remembered of rejected rows.
   *
   * @param first how many with line and message
   * @param whole whether all of them as they were read
   */
  public record Kept(int first, boolean whole) {}

  /**
   * @param first how many are kept with line and message
   */
  public RejectedRows(int first) {
    this(new Kept(first, false));
  }

  public RejectedRows(Kept kept) {
    this.kept = kept;
    this.whole = new RejectedText();
  }

  /** Rows rejected from now on come from this file; said only where there are several. */
  void in(Path newFile) {
    file = newFile.toString();
  }

  /**
   * @param row what was read, as text, list or map; asked for only when it is kept
   */
  void add(long line, String reason, String message, Supplier<Object> row) {
    counts.merge(reason, 1L, Long::sum);
    Rejection rejection = new Rejection(file, line, reason, message);
    if (first.size() < kept.first) {
      first.add(rejection);
    }
    if (kept.whole) {
      whole.add(rejection, row.get());
    }
  }

  /** Adds those of a later piece of the same file; whole they stay where they are. */
  public void addAll(RejectedRows later) {
    later.counts.forEach((reason, count) -> counts.merge(reason, count, Long::sum));
    later.first.stream().limit(kept.first - first.size()).forEach(first::add);
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
    taken.whole = whole;
    whole = new RejectedText();
    counts.clear();
    first.clear();
    return taken;
  }

  /** Writes the whole rows as JSON Lines; can be done once. */
  public void writeWhole(OutputStream out) throws IOException {
    whole.moveTo(out);
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
   * @param file null where there is but one
   * @param line 1-based line of the file; for formats without lines the 1-based row
   */
  public record Rejection(String file, long line, String reason, String message) {
    public Rejection(long line, String reason, String message) {
      this(null, line, reason, message);
    }

    /** Where it stands, for messages: {@code line 7}, or with its file. */
    public String place() {
      return "line " + line + (file == null ? "" : " of " + file);
    }
  }
}
