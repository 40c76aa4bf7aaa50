package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.automotive.TroubleCode;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.refinement.text.Shown;
import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Writes diagnostic trouble codes as SAE J2012 does. In {@code columns} a cell holds one code or
 * several, in any of the ways people write them ({@code p-0301}, {@code DTC P0301.}, {@code P301}
 * for P0301); it becomes the codes joined by ", ". In {@code text_columns} codes are rewritten
 * where they stand, and only those written in full. A failure type ({@code P0301-1A}) stays with
 * its code. Rejects rows with a cell of {@code columns} that holds anything else, unless {@code
 * unreadable} says otherwise.
 */
final class TroubleCodes implements Stage {
  static final String NAME = "trouble_codes";
  private static final int LONGEST_CELL = 4_000;

  /** Words and signs around codes that say nothing. */
  private static final Pattern NOISE =
      Pattern.compile(
          "(?i)\\b(?:dtcs?|codes?|obd(?:-?(?:ii|2))?|trouble|faults?|stored|pending|and)\\b\\s*[:#=]*");

  private static final Pattern CODE =
      Pattern.compile("(?i)([PBCU])[\\s_-]?([0-9A-F]{4})(?:[-:]([0-9A-F]{2}))?");

  /** The zero of a P code lost on its way through a spreadsheet or a form. */
  private static final Pattern WITHOUT_ZERO = Pattern.compile("(?i)P[\\s_-]?([1-9A-F][0-9A-F]{2})");

  private static final Pattern IN_TEXT =
      Pattern.compile(
          "(?i)\\b(?:([PBCU])([0-3][0-9A-F]{3})|(P)[-_ ]([0-3][0-9]{3}))(?:-([0-9A-F]{2}))?\\b");

  private final List<Integer> cells;
  private final List<Integer> texts;
  private final Unreadable unreadable;
  private final Schema schema;

  TroubleCodes(Knobs knobs, Schema schema) {
    this.schema = schema;
    cells = knobs.has("columns") ? knobs.textColumns("columns", schema) : List.of();
    texts = knobs.has("text_columns") ? knobs.textColumns("text_columns", schema) : List.of();
    unreadable = Unreadable.of(knobs);
    cells.forEach(column -> unreadable.checkFor(schema.columns().get(column), knobs));
    knobs.done();
    if (cells.isEmpty() && texts.isEmpty()) {
      throw Knobs.invalid(
          knobs.place(), "names no column", "at least one of columns, text_columns");
    }
    for (int column : cells) {
      if (texts.contains(column)) {
        throw Knobs.invalid(
            knobs.place(),
            "names " + schema.columns().get(column).name() + " in columns and in text_columns",
            "one of the two");
      }
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Integer> columns() {
    List<Integer> all = new ArrayList<>(cells);
    all.addAll(texts);
    return all;
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    Row result = row;
    for (int column : cells) {
      String before = row.text(column);
      if (before == null || before.isBlank()) {
        continue;
      }
      String after = codes(before);
      if (after == null && unreadable == Unreadable.REJECT) {
        String name = schema.columns().get(column).name();
        return Verdict.reject(
            NAME + "_" + name,
            name + " is \"" + Shown.brief(before) + "\", not trouble codes such as P0301");
      }
      boolean keep = after == null && unreadable == Unreadable.KEEP;
      if (!keep && !before.equals(after)) {
        result = result.with(column, after);
      }
    }
    for (int column : texts) {
      String before = row.text(column);
      String after = before == null ? null : inText(before);
      if (after != null && !after.equals(before)) {
        result = result.with(column, after);
      }
    }
    if (result != row) {
      tally.changed(NAME);
    }
    return Verdict.keep(result);
  }

  /**
   * The codes of a cell, each once, joined by ", "; null when it holds anything else or nothing.
   */
  static String codes(String cell) {
    if (cell.length() > LONGEST_CELL) {
      return null;
    }
    Set<String> codes = new LinkedHashSet<>();
    for (String part : NOISE.matcher(cell).replaceAll(" ").split("[,;|/&+\\n\\t]")) {
      String bare = trimmed(part);
      if (bare.isEmpty()) {
        continue;
      }
      String code = code(bare);
      if (code != null) {
        codes.add(code);
        continue;
      }
      for (String word : bare.split("\\s+")) {
        String one = trimmed(word);
        if (!one.isEmpty() && code(one) == null) {
          return null;
        }
        if (!one.isEmpty()) {
          codes.add(code(one));
        }
      }
    }
    return codes.isEmpty() ? null : String.join(", ", codes);
  }

  /** Without white space, brackets, quotes and dots around it. */
  private static String trimmed(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && isAround(text.charAt(from))) {
      from++;
    }
    while (to > from && isAround(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean isAround(char c) {
    return Character.isWhitespace(c) || ".:#()[]{}<>\"'*!".indexOf(c) >= 0;
  }

  private static String code(String text) {
    Matcher m = CODE.matcher(text);
    if (m.matches()) {
      return written(m.group(1), m.group(2), m.group(3));
    }
    m = WITHOUT_ZERO.matcher(text);
    return m.matches() ? written("P", "0" + m.group(1), null) : null;
  }

  private static String written(String letter, String digits, String failureType) {
    return TroubleCode.parse(letter + digits)
        .map(c -> failureType == null ? c.value() : c.value() + "-" + upper(failureType))
        .orElse(null);
  }

  private static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String inText(String text) {
    Matcher m = IN_TEXT.matcher(text);
    StringBuilder result = null;
    int from = 0;
    while (m.find()) {
      boolean joined = m.group(1) != null;
      String code = written(m.group(joined ? 1 : 3), m.group(joined ? 2 : 4), m.group(5));
      if (code == null || code.equals(m.group())) {
        continue;
      }
      result = result == null ? new StringBuilder(text.length()) : result;
      result.append(text, from, m.start()).append(code);
      from = m.end();
    }
    return result == null ? text : result.append(text, from, text.length()).toString();
  }
}
