package com.auterity.neuroweaver.datasets.filter;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Micros;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Reads a filter by recursive descent and checks it against a schema:
 *
 * <pre>
 * or         = and { "or" and }
 * and        = not { "and" not }
 * not        = "not" not | "(" or ")" | column test
 * test       = ("=" | "!=" | "<>" | "<" | "<=" | ">" | ">=") (value | column)
 *            | "is" ["not"] "null" | ["not"] "in" "(" value {"," value} ")" | ["not"] "like" text
 *            | ["not"] "between" value "and" value | ["not"] "matches" text
 * </pre>
 */
final class ConditionParser {
  static final int MOST_CHARACTERS = 10_000;
  private static final int MOST_NESTING = 100;
  private static final int MOST_PATTERN = 500;
  private static final int COLUMNS_SHOWN = 30;
  private static final String TESTS =
      "a test of the column: = != < <= > >=, is [not] null, [not] in (...), [not] like,"
          + " [not] between, [not] matches";

  private final Schema schema;
  private final List<FilterToken> tokens;
  private int at;
  private int nesting;

  ConditionParser(String where, Schema schema) {
    if (where.length() > MOST_CHARACTERS) {
      throw FilterToken.wrong(
          MOST_CHARACTERS + 1,
          where.length() + " characters",
          "at most " + MOST_CHARACTERS + " characters");
    }
    this.schema = schema;
    this.tokens = FilterToken.of(where);
  }

  Condition parse() {
    Condition condition = or();
    if (next().kind() != FilterToken.Kind.END) {
      throw next().wrong("and, or, or the end");
    }
    return condition;
  }

  private FilterToken next() {
    return tokens.get(at);
  }

  private FilterToken take() {
    return tokens.get(at++);
  }

  private boolean taken(String word) {
    if (next().is(word)) {
      at++;
      return true;
    }
    return false;
  }

  private void require(String sign, String expected) {
    if (!next().isSign(sign)) {
      throw next().wrong(expected);
    }
    at++;
  }

  private Condition or() {
    List<Condition> operands = operands("or", this::and);
    return operands.size() == 1 ? operands.get(0) : new Condition.Or(operands);
  }

  private Condition and() {
    List<Condition> operands = operands("and", this::not);
    return operands.size() == 1 ? operands.get(0) : new Condition.And(operands);
  }

  private List<Condition> operands(String word, Supplier<Condition> operand) {
    List<Condition> operands = new ArrayList<>();
    do {
      operands.add(operand.get());
    } while (taken(word));
    return operands;
  }

  private Condition not() {
    if (++nesting > MOST_NESTING) {
      throw next().wrong("at most " + MOST_NESTING + " levels of not and parentheses");
    }
    Condition condition;
    if (taken("not")) {
      condition = new Condition.Not(not());
    } else if (next().isSign("(")) {
      FilterToken open = take();
      condition = or();
      require(")", "and, or, or the ) of the ( at character " + open.position());
    } else {
      condition = test();
    }
    nesting--;
    return condition;
  }

  private Condition test() {
    Column column = column();
    Comparison comparison =
        next().kind() == FilterToken.Kind.SIGN ? Comparison.of(next().text()) : null;
    if (comparison != null) {
      FilterToken sign = take();
      boolean ordered = comparison != Comparison.EQUAL && comparison != Comparison.NOT_EQUAL;
      if (ordered && column.type() == ColumnType.BOOL) {
        throw sign.wrong("= or !=: column " + column.name() + " is true or false");
      }
      return next().isColumn()
          ? new Condition.Compares(column.name(), comparison, comparable(column).name())
          : new Condition.Passes(column.name(), value(column, comparison));
    }
    if (taken("is")) {
      boolean not = taken("not");
      if (!taken("null")) {
        throw next().wrong(not ? "null" : "null or not null");
      }
      return not(not, new Condition.IsNull(column.name()));
    }
    boolean not = taken("not");
    if (taken("in")) {
      return not(not, in(column));
    }
    if (next().is("like")) {
      return not(not, like(column));
    }
    if (next().is("between")) {
      return not(not, between(column));
    }
    if (next().is("matches")) {
      return not(not, matches(column));
    }
    throw next().wrong(not ? "in or like, between or matches" : TESTS);
  }

  private static Condition not(boolean not, Condition condition) {
    return not ? new Condition.Not(condition) : condition;
  }

  private Column column() {
    FilterToken name = next();
    if (!name.isColumn()) {
      throw name.wrong("a column, not or a parenthesis");
    }
    at++;
    if (schema.indexOf(name.text()).isEmpty()) {
      throw FilterToken.wrong(
          name.position(), name.shown(), "a column of this dataset: " + columns());
    }
    return schema.columns().get(schema.indexOf(name.text()).getAsInt());
  }

  /** The column that comes next, which has to be comparable with the one before. */
  private Column comparable(Column with) {
    FilterToken name = next();
    if (schema.indexOf(name.text()).isEmpty()) {
      throw name.wrong(literal(with) + ", or another column");
    }
    Column column = column();
    if (!ColumnOrder.comparable(with.type(), column.type())) {
      throw name.wrong(
          "a value or column comparable with " + typed(with) + "; column " + typed(column));
    }
    return column;
  }

  private String columns() {
    List<String> names = schema.names();
    return names.size() <= COLUMNS_SHOWN
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, COLUMNS_SHOWN))
            + " and "
            + (names.size() - COLUMNS_SHOWN)
            + " more";
  }

  private Condition in(Column column) {
    require("(", "the ( of a list of values");
    List<ValueTest> values = new ArrayList<>();
    do {
      values.add(value(column, Comparison.EQUAL));
    } while (next().isSign(",") && take() != null);
    require(")", "a comma or the ) of the list");
    return new Condition.Passes(column.name(), new ValueTest.Any(values));
  }

  private Condition like(Column column) {
    FilterToken like = take();
    if (column.type() != ColumnType.STRING) {
      throw like.wrong("a comparison: like is for text, column " + typed(column));
    }
    FilterToken pattern = next();
    if (pattern.kind() != FilterToken.Kind.TEXT) {
      throw pattern.wrong("a pattern in single quotes, such as 'Acc%'");
    }
    at++;
    if (LikePattern.badEscape(pattern.text()) >= 0) {
      throw pattern.wrong("a \\ only before %, _ or \\");
    }
    return new Condition.Passes(column.name(), new ValueTest.Like(LikePattern.of(pattern.text())));
  }

  /** Both ends included. */
  private Condition between(Column column) {
    FilterToken between = take();
    if (column.type() == ColumnType.BOOL) {
      throw between.wrong("= or !=: column " + column.name() + " is true or false");
    }
    ValueTest least = value(column, Comparison.GREATER_OR_EQUAL);
    if (!taken("and")) {
      throw next().wrong("and, then the greatest value");
    }
    ValueTest most = value(column, Comparison.LESS_OR_EQUAL);
    return new Condition.And(
        List.of(
            new Condition.Passes(column.name(), least), new Condition.Passes(column.name(), most)));
  }

  private Condition matches(Column column) {
    FilterToken matches = take();
    if (column.type() != ColumnType.STRING) {
      throw matches.wrong("a comparison: matches is for text, column " + typed(column));
    }
    FilterToken pattern = next();
    if (pattern.kind() != FilterToken.Kind.TEXT || pattern.text().length() > MOST_PATTERN) {
      throw pattern.wrong(
          "a pattern in single quotes of at most "
              + MOST_PATTERN
              + " characters, such as '[A-Z]{3}[0-9]+'");
    }
    at++;
    try {
      return new Condition.Passes(
          column.name(), new ValueTest.Matches(Pattern.compile(pattern.text())));
    } catch (PatternSyntaxException e) {
      throw pattern.wrong("a pattern that RE2 can read: " + e.getDescription());
    }
  }

  /** The test against the literal that comes next, of the column's type. */
  private ValueTest value(Column column, Comparison comparison) {
    FilterToken token = next();
    if (token.is("null")) {
      throw token.wrong("a value; whether there is one is asked with is null or is not null");
    }
    if (token.isColumn()) {
      throw token.wrong(literal(column) + "; a list is of values only");
    }
    ValueTest test =
        switch (column.type()) {
          case STRING ->
              token.kind() == FilterToken.Kind.TEXT
                  ? new ValueTest.Texts(comparison, token.text().getBytes(StandardCharsets.UTF_8))
                  : null;
          case FLOAT64 -> number(token, comparison);
          case INT64, BOOL, DATE, TIMESTAMP -> bits(column.type(), token, comparison);
        };
    if (test == null) {
      throw token.wrong(literal(column));
    }
    at++;
    return test;
  }

  private static ValueTest number(FilterToken token, Comparison comparison) {
    if (token.kind() != FilterToken.Kind.NUMBER) {
      return null;
    }
    try {
      return new ValueTest.Numbers(comparison, new BigDecimal(token.text()).doubleValue());
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static ValueTest bits(ColumnType type, FilterToken token, Comparison comparison) {
    FilterToken.Kind kind = type == ColumnType.INT64 ? FilterToken.Kind.NUMBER : literalKind(type);
    if (token.kind() != kind) {
      return null;
    }
    try {
      return switch (type) {
        case INT64 -> new ValueTest.Bits(comparison, Long.parseLong(token.text()));
        case BOOL ->
            token.is("true") || token.is("false")
                ? new ValueTest.Bits(comparison, token.is("true") ? 1 : 0)
                : null;
        case DATE -> new ValueTest.Bits(comparison, LocalDate.parse(token.text()).toEpochDay());
        default ->
            new ValueTest.Bits(
                comparison, Micros.of(OffsetDateTime.parse(token.text()).toInstant()));
      };
    } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
      return null;
    }
  }

  private static FilterToken.Kind literalKind(ColumnType type) {
    return type == ColumnType.BOOL ? FilterToken.Kind.WORD : FilterToken.Kind.TEXT;
  }

  private static String typed(Column column) {
    return column.name() + " is " + column.type().name().toLowerCase(Locale.ROOT);
  }

  /** What a value of the column looks like. */
  private static String literal(Column column) {
    String example =
        switch (column.type()) {
          case STRING -> "text in single quotes, such as 'Honda'";
          case INT64 -> "a whole number, such as 2020";
          case FLOAT64 -> "a number, such as 19.95";
          case BOOL -> "true or false";
          case DATE -> "a date in single quotes, such as '2026-01-31'";
          case TIMESTAMP -> "a time in single quotes, such as '2026-01-31T09:30:00Z'";
        };
    return example + " (column " + typed(column) + ")";
  }
}
