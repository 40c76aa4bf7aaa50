package com.auterity.neuroweaver.jobs.refinement;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Which lines a recipe means: {@code literal} (the whole line), {@code prefix}, {@code contains},
 * or {@code regex}, an RE2 pattern for the whole line, which takes linear time whatever the line
 * is.
 */
final class LinePattern {
  private static final List<String> KINDS = List.of("literal", "prefix", "contains", "regex");
  private static final int LONGEST_PATTERN = 500;

  /** Lines beyond this are no boilerplate that a pattern describes. */
  private static final int LONGEST_LINE = 4_000;

  private final Predicate<String> test;

  private LinePattern(Predicate<String> test) {
    this.test = test;
  }

  static LinePattern of(JsonNode node, String place, boolean ignoreCase) {
    Knobs knobs = new Knobs(node, place);
    List<String> given = KINDS.stream().filter(knobs::has).toList();
    if (given.size() != 1) {
      knobs.done();
      throw Knobs.invalid(
          place,
          given.isEmpty() ? "has no pattern" : "has both " + String.join(" and ", given),
          "one of " + String.join(", ", KINDS));
    }
    String kind = given.get(0);
    String pattern = knobs.text(kind);
    knobs.done();
    if (kind.equals("regex")) {
      Pattern compiled = regex(pattern, place + ".regex", ignoreCase);
      return new LinePattern(compiled::matches);
    }
    String wanted = ignoreCase ? pattern.strip().toLowerCase(Locale.ROOT) : pattern.strip();
    return new LinePattern(
        line -> {
          String text = ignoreCase ? line.toLowerCase(Locale.ROOT) : line;
          return switch (kind) {
            case "literal" -> text.equals(wanted);
            case "prefix" -> text.startsWith(wanted);
            default -> text.contains(wanted);
          };
        });
  }

  /** An RE2 pattern, or INVALID_INPUT saying what RE2 does not read. */
  static Pattern regex(String pattern, String place, boolean ignoreCase) {
    if (pattern.length() > LONGEST_PATTERN) {
      throw Knobs.invalid(
          place,
          "has " + pattern.length() + " characters",
          "at most " + LONGEST_PATTERN + " characters");
    }
    try {
      return Pattern.compile(pattern, ignoreCase ? Pattern.CASE_INSENSITIVE : 0);
    } catch (PatternSyntaxException e) {
      throw Knobs.invalid(
          place,
          "is no regular expression (" + e.getDescription() + ")",
          "one that RE2 reads: no look-around, no back-references");
    }
  }

  /**
   * @param line without white space around it
   */
  boolean matches(String line) {
    return line.length() <= LONGEST_LINE && test.test(line);
  }
}
