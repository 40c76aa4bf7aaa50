package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.filter.RowFilter;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.refinement.text.Shown;
import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One check of the stage {@code checks}: a condition that no row may contradict, {@code
 * unique(columns)}, or a figure of all rows beside what it may be, {@code completeness(vin) >=
 * 0.99}.
 */
final class Check {
  /** What a check is about. */
  enum Figure {
    /** No figure: rows that contradict a condition, counted. */
    ROWS(0, 0),
    UNIQUE(1, 32),
    ROW_COUNT(0, 0),
    COMPLETENESS(1, 1),
    DISTINCT(1, 1),
    MEAN(1, 1),
    STANDARD_DEVIATION(1, 1),
    QUANTILE(1, 1);

    private final int least;
    private final int most;

    Figure(int least, int most) {
      this.least = least;
      this.most = most;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it is judged row by row, so that the failing ones can be dropped. */
    boolean ofRows() {
      return this == ROWS || this == UNIQUE;
    }

    boolean numeric() {
      return this == MEAN || this == STANDARD_DEVIATION || this == QUANTILE;
    }
  }

  enum OnFailure {
    FAIL,
    WARN,
    DROP
  }

  private static final int LONGEST = 2_000;
  private static final int LONGEST_NAME = 60;
  private static final Pattern CALL = Pattern.compile("\\s*([A-Za-z_]+)\\s*\\((.*)");
  private static final String NUMBER = "([+-]?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)";
  private static final Pattern ARGUMENT =
      Pattern.compile("\\s*(?:\"((?:[^\"]|\"\")*)\"|([^\",()\\s]+))\\s*([,)])(.*)");
  private static final Pattern COMPARED =
      Pattern.compile("\\s*(<=|>=|!=|<>|=|<|>)\\s*" + NUMBER + "\\s*");
  private static final Pattern BETWEEN =
      Pattern.compile("\\s*(?i:between)\\s+" + NUMBER + "\\s+(?i:and)\\s+" + NUMBER + "\\s*");
  private static final String FIGURES =
      "a condition on columns, unique(...), or one of row_count(), completeness(column),"
          + " distinct(column), mean(column), standard_deviation(column), quantile(column, share)"
          + " with a comparison such as >= 0.99 or between 1 and 5";

  final String name;
  final String text;
  final OnFailure onFailure;
  final Figure figure;
  final List<Integer> columns = new ArrayList<>();

  /** Of a quantile. */
  private double share;

  /** Of a figure: how it is compared; {@code between} has two bounds. */
  private String sign;

  private double bound;
  private double most;

  /** Of rows. */
  private RowFilter condition;

  /** The rows that contradict the condition. */
  private RowFilter contradicted;

  Check(Knobs knobs, int number, Schema schema) {
    text = knobs.text("check").strip();
    name = knobs.text("name", "check_" + number);
    onFailure = knobs.choice("on_failure", OnFailure.class, OnFailure.FAIL);
    knobs.done();
    String place = knobs.place() + ".check";
    if (name.length() > LONGEST_NAME) {
      throw Knobs.invalid(
          knobs.place() + ".name", "is too long", "at most " + LONGEST_NAME + " characters");
    }
    if (text.length() > LONGEST) {
      throw Knobs.invalid(place, "is too long", "at most " + LONGEST + " characters");
    }
    Matcher call = CALL.matcher(text);
    // "not (a = 1)" is a condition.
    if (call.matches() && !call.group(1).equalsIgnoreCase("not")) {
      figure = figure(call.group(1), place);
      compare(arguments(call.group(2), place, schema), place);
    } else {
      figure = Figure.ROWS;
      condition(knobs, schema);
    }
    if (onFailure == OnFailure.DROP && !figure.ofRows()) {
      throw Knobs.invalid(
          knobs.place() + ".on_failure",
          "is drop, but " + figure.word() + " is a figure of all rows",
          "fail or warn; drop is for conditions and unique");
    }
  }

  private static Figure figure(String word, String place) {
    for (Figure figure : Figure.values()) {
      if (figure != Figure.ROWS && figure.word().equals(word.toLowerCase(Locale.ROOT))) {
        return figure;
      }
    }
    throw Knobs.invalid(place, "has the unknown function " + word, FIGURES);
  }

  private void condition(Knobs knobs, Schema schema) {
    condition = knobs.condition("check", schema);
    contradicted = RowFilter.parse("not (" + text + ")", schema);
    condition.columns().forEach(column -> columns.add(schema.indexOf(column).orElseThrow()));
  }

  /** Reads the columns, and what a quantile is of; returns what follows the parenthesis. */
  private String arguments(String rest, String place, Schema schema) {
    List<String> words = new ArrayList<>();
    String after = rest;
    if (after.strip().startsWith(")")) {
      after = after.strip().substring(1);
    } else {
      while (true) {
        Matcher argument = ARGUMENT.matcher(after);
        if (!argument.matches()) {
          throw Knobs.invalid(
              place,
              "has \"" + Shown.brief(after.strip()) + "\" where " + figure.word() + " is given",
              "columns with commas between them and a ) at the end");
        }
        String quoted = argument.group(1);
        words.add(quoted == null ? argument.group(2) : quoted.replace("\"\"", "\""));
        after = argument.group(4);
        if (argument.group(3).equals(")")) {
          break;
        }
      }
    }
    int expected = figure == Figure.QUANTILE ? 1 : 0;
    int given = words.size() - expected;
    if (given < figure.least || given > figure.most) {
      throw Knobs.invalid(
          place,
          "gives " + words.size() + " arguments to " + figure.word(),
          figure == Figure.QUANTILE
              ? "a column and a share, as in quantile(odometer, 0.99)"
              : figure.most == 0 ? "none" : figure.most == 1 ? "one column" : "1 to 32 columns");
    }
    for (String word : words.subList(0, given)) {
      int column = Knobs.column(schema, word, place);
      if (columns.contains(column)) {
        throw Knobs.invalid(place, "names " + word + " twice", "each column once");
      }
      columns.add(column);
      ColumnType type = schema.columns().get(column).type();
      if (figure.numeric() && type != ColumnType.INT64 && type != ColumnType.FLOAT64) {
        throw Knobs.invalid(
            place,
            "asks for the " + figure.word() + " of " + word + ", a column of " + type,
            "a column of INT64 or FLOAT64");
      }
    }
    if (figure == Figure.QUANTILE) {
      share = share(words.get(given), place);
    }
    return after;
  }

  private static double share(String word, String place) {
    try {
      double share = Double.parseDouble(word);
      if (share >= 0 && share <= 1) {
        return share;
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw Knobs.invalid(place, "asks for the quantile " + word, "a share from 0 to 1");
  }

  private void compare(String after, String place) {
    if (figure == Figure.UNIQUE) {
      if (!after.isBlank()) {
        throw Knobs.invalid(
            place, "has \"" + Shown.brief(after.strip()) + "\" after unique(...)", "nothing there");
      }
      return;
    }
    Matcher compared = COMPARED.matcher(after);
    Matcher between = BETWEEN.matcher(after);
    if (compared.matches()) {
      sign = compared.group(1);
      bound = Double.parseDouble(compared.group(2));
    } else if (between.matches()) {
      sign = "between";
      bound = Double.parseDouble(between.group(1));
      most = Double.parseDouble(between.group(2));
      if (most < bound) {
        throw Knobs.invalid(
            place,
            "is between " + between.group(1) + " and " + between.group(2),
            "the lesser number first");
      }
    } else {
      throw Knobs.invalid(
          place,
          "has \"" + Shown.brief(after.strip()) + "\" after " + figure.word() + "(...)",
          "a comparison with a number, such as >= 0.99 or between 1 and 5");
    }
  }

  /** Whether the row contradicts the condition; where a null leaves it open, it does not. */
  boolean contradicts(Row row) {
    return condition.fails(row);
  }

  /** Takes the rows of a batch that contradict the condition. */
  RowFilter contradicted() {
    return contradicted;
  }

  double share() {
    return share;
  }

  double bound() {
    return bound;
  }

  /** The greater bound: of {@code between}, else the only one. */
  double upperBound() {
    return sign.equals("between") ? most : bound;
  }

  boolean holds(double value) {
    return switch (sign) {
      case "<=" -> value <= bound;
      case ">=" -> value >= bound;
      case "<" -> value < bound;
      case ">" -> value > bound;
      case "=" -> value == bound;
      case "between" -> value >= bound && value <= most;
      default -> value != bound;
    };
  }

  /**
   * Whether a quantile holds, from counts alone: it is at most x exactly when so many numbers are.
   *
   * @param rank of the quantile among the numbers, from 1
   * @param less numbers below {@link #bound}
   * @param notMore numbers not above {@link #upperBound}
   * @param atBound numbers not above {@link #bound}
   */
  boolean holdsByRank(long rank, long less, long atBound, long notMore) {
    return switch (sign) {
      case "<=" -> atBound >= rank;
      case ">=" -> less < rank;
      case "<" -> less >= rank;
      case ">" -> atBound < rank;
      case "=" -> less < rank && atBound >= rank;
      case "between" -> less < rank && notMore >= rank;
      default -> less >= rank || atBound < rank;
    };
  }

  /** The row's values in the check's columns, in words. */
  String found(Row row, Schema schema) {
    List<String> found = new ArrayList<>();
    for (int column : columns) {
      Column named = schema.columns().get(column);
      String value = row.text(column);
      found.add(named.name() + " = " + (value == null ? "null" : Shown.brief(value)));
    }
    return String.join(", ", found);
  }
}
