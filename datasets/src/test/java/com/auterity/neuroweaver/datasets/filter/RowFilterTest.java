package com.auterity.neuroweaver.datasets.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowFilterTest {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Column.of("make", ColumnType.STRING),
              Column.of("year", ColumnType.INT64),
              Column.of("price", ColumnType.FLOAT64),
              Column.of("sold", ColumnType.BOOL),
              Column.of("day", ColumnType.DATE),
              Column.of("at", ColumnType.TIMESTAMP),
              Column.of("Model Year", ColumnType.INT64)));

  private static final List<Row> ROWS =
      List.of(
          row(0, "Honda", 2021L, 19.5, true, "2026-01-31", "2026-01-31T09:30:00Z", 1L),
          row(1, "Honda", 2019L, -0.0, false, "2025-12-31", "2025-12-31T23:59:59.999999Z", 2L),
          row(2, "Škoda", 2020L, Double.NaN, null, null, null, 3L),
          row(3, null, null, null, true, "2026-02-01", "2026-01-31T09:30:00.000001Z", null),
          row(4, "O'Neil_50%", -3L, 1e10, false, "2026-01-31", "2026-01-31T10:30:00Z", 5L));

  private static Row row(
      long ordinal,
      String make,
      Long year,
      Double price,
      Boolean sold,
      String day,
      String at,
      Long modelYear) {
    return new Row(
        ordinal,
        make,
        year,
        price,
        sold,
        day == null ? null : LocalDate.parse(day),
        at == null ? null : Instant.parse(at),
        modelYear);
  }

  private static String taken(String where) {
    return Arrays.toString(RowFilter.parse(where, SCHEMA).rows(RowBatch.of(SCHEMA, ROWS)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "make = 'Honda' and year >= 2020; [0]",
        "MAKE = 'x'; error",
        "make = 'Honda' AND Not year >= 2020; [1]",
        "not make = 'Honda'; [2, 4]",
        "not (make = 'Honda' or year = 2020); [4]",
        "make = 'Honda' or sold = true; [0, 1, 3]",
        "make = 'Honda' or make = 'Škoda' and sold = true; [0, 1]",
        "make is null; [3]",
        "make is not null and price is not null; [0, 1, 2, 4]",
        "year in (2019, 2021, -3); [0, 1, 4]",
        "year not in (2019); [0, 2, 4]",
        "make in ('Honda', 'O''Neil_50%'); [0, 1, 4]",
        "make like 'H%a'; [0, 1]",
        "make like '_koda'; [2]",
        "make like '%\\_50\\%'; [4]",
        "make not like '%o%'; [4]",
        "make like ''; []",
        "make > 'Honda'; [2, 4]",
        "year between 2019 and 2020; [1, 2]",
        "year not between 2019 and 2020; [0, 4]",
        "year between 2019 and 2020 or year = 2021; [0, 1, 2]",
        "day between '2026-01-31' and '2026-01-31'; [0, 4]",
        "price between 0 and 20; [0, 1]",
        "make matches 'H.*a'; [0, 1]",
        "make matches 'ond'; []",
        "make not matches '[A-Z][a-z]+'; [2, 4]",
        "price = 0; [1]",
        "price != 0; [0, 2, 4]",
        "price <> 19.5 and price < 1e9; [1]",
        "sold = false; [1, 4]",
        "day >= '2026-01-31'; [0, 3, 4]",
        "at <= '2026-01-31T10:30:00+01:00'; [0, 1]",
        "at > '2026-01-31T09:30:00Z'; [3, 4]",
        "\"Model Year\" < 3; [0, 1]",
        "((((year = 2021)))); [0]",
        "year >= \"Model Year\"; [0, 1, 2]",
        "not year >= \"Model Year\"; [4]",
        "day = at; []",
        "day < at; [0, 1, 4]",
        "at < day; [3]",
        "price = price; [0, 1, 4]",
        "price != price; [2]",
        "price < year; [0, 1]",
        "year > price; [0, 1]",
        "make >= make and sold = sold; [0, 1, 4]",
      })
  void takesTheRowsForWhichTheConditionHolds(String where, String expected) {
    if (expected.equals("error")) {
      assertThrows(NeuroWeaverException.class, () -> taken(where));
    } else {
      assertEquals(expected, taken(where));
    }
  }

  @Test
  void withoutAConditionEveryRowIsTaken() {
    assertEquals("[0, 1, 2, 3, 4]", taken(null));
    assertEquals(List.of(), RowFilter.parse(null, SCHEMA).columns());
  }

  @Test
  void namesTheColumnsItReadsOnce() {
    assertEquals(
        List.of("year", "make", "day"),
        RowFilter.parse("year > 1 and (make like 'a' or not year = 3) or day is null", SCHEMA)
            .columns());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "mke = 'Honda'; 1; a column of this dataset: make, year, price",
        "make = Honda; 8; text in single quotes",
        "make = 3; 8; text in single quotes, such as 'Honda' (column make is string)",
        "year = '2020'; 8; a whole number, such as 2020",
        "year = 2020.5; 8; a whole number",
        "year = 20x; 8; a whole number",
        "year = 99999999999999999999; 8; a whole number",
        "year in (1, 'b'); 13; a whole number",
        "price = true; 9; a number",
        "sold = 1; 8; true or false",
        "sold > true; 6; = or !=",
        "day = '31.01.2026'; 7; a date in single quotes, such as '2026-01-31'",
        "at = '2026-01-31'; 6; a time in single quotes",
        "year like '2%'; 6; like is for text",
        "make like 'a\\b'; 11; a \\ only before",
        "make = null; 8; is null",
        "make =; 7; text in single quotes",
        "make = year; 8; a value or column comparable with make is string; column year is int64",
        "day > year; 7; comparable with day is date",
        "year in (year); 10; a list is of values only",
        "sold > sold; 6; = or !=",
        "make; 5; a test of the column",
        "make not; 9; in or like",
        "year between 5; 15; and",
        "year between 'a' and 3; 14; a whole number",
        "year matches '3'; 6; a comparison: matches is for text",
        "make matches '(a'; 14; a pattern that RE2 can read",
        "make matches 3; 14; a pattern in single quotes",
        "make is 3; 9; null or not null",
        "make = 'a' year = 3; 12; and, or, or the end",
        "(make = 'a'; 12; the ) of the ( at character 1",
        "make = 'a'); 11; and, or, or the end",
        "make = 'a; 8; another ' at its end",
        "make in 'a'; 9; the ( of a list",
        "make in (); 10; text in single quotes",
        "year = 1; 0; ",
        "year == 1; 7; a whole number",
        "year = 1 & sold = true; 10; a comparison",
        "and; 1; a column",
        "and = 1; 1; a column",
      })
  void saysWhereItIsWrongAndWhatWouldBeRight(String where, int position, String right) {
    if (position == 0) {
      taken(where);
      return;
    }
    NeuroWeaverException error = assertThrows(NeuroWeaverException.class, () -> taken(where));
    assertEquals(ErrorKind.INVALID_INPUT, error.kind());
    assertTrue(
        error.getMessage().startsWith("where, character " + position + ": found "),
        error.getMessage());
    assertTrue(error.getMessage().contains(right), error.getMessage());
    assertEquals(position, error.details().get("position"));
  }

  @Test
  void endlessExpressionsAreRefused() {
    assertTrue(message("(".repeat(5_000)).contains("at most 100 levels"));
    assertTrue(message("not ".repeat(2_000) + "sold = true").contains("at most 100 levels"));
    assertTrue(message("x".repeat(10_001)).contains("at most 10000 characters"));
    String wide = "year = 1" + " or year = 2".repeat(800);
    assertEquals("[]", taken(wide));
  }

  private static String message(String where) {
    return assertThrows(NeuroWeaverException.class, () -> taken(where)).getMessage();
  }

  /** What a filter is, told the slow way: null is unknown. */
  private interface Slow {
    Boolean holds(Row row);
  }

  private record Case(String where, Slow slow) {}

  @Test
  void takesWhatTheSlowEvaluationOverRowsTakes() {
    SplittableRandom random = new SplittableRandom(20260127);
    for (int round = 0; round < 2_000; round++) {
      List<Row> rows = new ArrayList<>();
      int count = random.nextInt(150);
      for (int i = 0; i < count; i++) {
        rows.add(randomRow(random, i));
      }
      Case made = any(random, 4);
      List<Integer> expected = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        if (Boolean.TRUE.equals(made.slow.holds(rows.get(i)))) {
          expected.add(i);
        }
      }
      RowFilter filter = RowFilter.parse(made.where, SCHEMA);
      RowBatch batch = RowBatch.of(SCHEMA, rows).select(filter.columns());
      assertEquals(expected, Arrays.stream(filter.rows(batch)).boxed().toList(), () -> made.where);
    }
  }

  private static final List<String> TEXTS =
      List.of("", "a", "ab", "ba", "aab", "b%", "a_", "\\", "é", "aé", "字a", "𝄞b", "it's");
  private static final List<String> PATTERNS =
      List.of("%", "a%", "%a", "_", "__", "%b%", "a%b", "_a%", "\\%", "%\\%", "a\\_", "é", "%_é");

  private static Row randomRow(SplittableRandom random, long ordinal) {
    Object[] values = new Object[SCHEMA.columns().size()];
    for (int c = 0; c < values.length; c++) {
      values[c] = random.nextInt(5) == 0 ? null : value(random, SCHEMA.columns().get(c).type());
    }
    return new Row(ordinal, values);
  }

  private static Object value(SplittableRandom random, ColumnType type) {
    return switch (type) {
      case STRING -> TEXTS.get(random.nextInt(TEXTS.size()));
      case INT64 -> (long) random.nextInt(5) - 2;
      case FLOAT64 -> new double[] {0.0, -0.0, 1.5, -2, Double.NaN}[random.nextInt(5)];
      case BOOL -> random.nextBoolean();
      case DATE -> LocalDate.of(2026, 1, 1 + random.nextInt(3));
      case TIMESTAMP -> Instant.parse("2026-01-01T00:00:0" + random.nextInt(3) + "Z");
    };
  }

  private static Case any(SplittableRandom random, int depth) {
    int kind = depth == 0 ? 3 : random.nextInt(6);
    if (kind == 0) {
      Case a = any(random, depth - 1);
      return new Case(
          "not (" + a.where + ")", row -> a.slow.holds(row) == null ? null : !a.slow.holds(row));
    }
    if (kind <= 2) {
      Case a = any(random, depth - 1);
      Case b = any(random, depth - 1);
      boolean and = kind == 1;
      return new Case(
          "(" + a.where + ") " + (and ? "and" : "or") + " (" + b.where + ")",
          row -> {
            Boolean x = a.slow.holds(row);
            Boolean y = b.slow.holds(row);
            Boolean decides = !and;
            if (decides.equals(x) || decides.equals(y)) {
              return decides;
            }
            return x == null || y == null ? null : Boolean.valueOf(and);
          });
    }
    int c = random.nextInt(SCHEMA.columns().size());
    Column column = SCHEMA.columns().get(c);
    if (random.nextInt(5) == 0) {
      return columns(random, c);
    }
    String name = "\"" + column.name() + "\"";
    boolean not = random.nextBoolean();
    switch (random.nextInt(4)) {
      case 0:
        return new Case(
            name + (not ? " is not null" : " is null"), row -> (row.get(c) == null) != not);
      case 1:
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
          list.add(literalOf(random, column.type()));
        }
        String texts = String.join(", ", list.stream().map(RowFilterTest::literal).toList());
        return new Case(
            name + (not ? " not" : "") + " in (" + texts + ")",
            row ->
                row.get(c) == null
                    ? null
                    : list.stream().anyMatch(x -> compare("=", row.get(c), x)) != not);
      case 2:
        if (column.type() == ColumnType.STRING) {
          String pattern = PATTERNS.get(random.nextInt(PATTERNS.size()));
          return new Case(
              name + (not ? " not" : "") + " like '" + pattern + "'",
              row -> row.get(c) == null ? null : row.text(c).matches(regex(pattern)) != not);
        }
      // Fall through: only text is like something.
      default:
        String[] signs = {"=", "!=", "<>", "<", "<=", ">", ">="};
        String sign = signs[random.nextInt(column.type() == ColumnType.BOOL ? 3 : 7)];
        Object other = literalOf(random, column.type());
        return new Case(
            name + " " + sign + " " + literal(other),
            row -> row.get(c) == null ? null : compare(sign, row.get(c), other));
    }
  }

  /** A column against another of its kind. */
  private static Case columns(SplittableRandom random, int c) {
    ColumnType type = SCHEMA.columns().get(c).type();
    int other = c;
    for (int i = 0; i < 20; i++) {
      int candidate = random.nextInt(SCHEMA.columns().size());
      other = kind(SCHEMA.columns().get(candidate).type()) == kind(type) ? candidate : other;
    }
    String[] signs = {"=", "!=", "<>", "<", "<=", ">", ">="};
    String sign = signs[random.nextInt(type == ColumnType.BOOL ? 3 : 7)];
    int with = other;
    return new Case(
        "\"" + SCHEMA.names().get(c) + "\" " + sign + " \"" + SCHEMA.names().get(with) + "\"",
        row ->
            row.get(c) == null || row.get(with) == null
                ? null
                : compare(sign, common(row.get(c)), common(row.get(with))));
  }

  private static int kind(ColumnType type) {
    return switch (type) {
      case INT64, FLOAT64 -> 0;
      case DATE, TIMESTAMP -> 1;
      case STRING -> 2;
      case BOOL -> 3;
    };
  }

  private static Object common(Object value) {
    if (value instanceof Long whole) {
      return (double) whole;
    }
    return value instanceof LocalDate day ? day.atStartOfDay(ZoneOffset.UTC).toInstant() : value;
  }

  @Test
  void saysOfOneRowWhetherItHoldsOrFails() {
    RowFilter filter = RowFilter.parse("year >= 2020 and make = 'Honda'", SCHEMA);
    assertEquals(
        List.of("true false", "false true", "false true", "false false", "false true"),
        ROWS.stream().map(row -> filter.holds(row) + " " + filter.fails(row)).toList());
    RowFilter all = RowFilter.parse(null, SCHEMA);
    assertTrue(all.holds(ROWS.get(3)) && !all.fails(ROWS.get(3)));
  }

  private static Object literalOf(SplittableRandom random, ColumnType type) {
    Object value = value(random, type);
    return Double.valueOf(Double.NaN).equals(value) ? Double.valueOf(7) : value;
  }

  private static String literal(Object value) {
    return value instanceof String || value instanceof LocalDate || value instanceof Instant
        ? "'" + value.toString().replace("'", "''") + "'"
        : value.toString();
  }

  private static boolean compare(String sign, Object a, Object b) {
    if (a instanceof Double x) {
      double y = (Double) b;
      return switch (sign) {
        case "=" -> x == y;
        case "<" -> x < y;
        case "<=" -> x <= y;
        case ">" -> x > y;
        case ">=" -> x >= y;
        default -> x != y;
      };
    }
    int order = order(a, b);
    return switch (sign) {
      case "=" -> order == 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      case ">=" -> order >= 0;
      default -> order != 0;
    };
  }

  @SuppressWarnings("unchecked")
  private static int order(Object a, Object b) {
    return a instanceof String x
        ? Arrays.compare(x.codePoints().toArray(), ((String) b).codePoints().toArray())
        : ((Comparable<Object>) a).compareTo(b);
  }

  private static String regex(String pattern) {
    StringBuilder regex = new StringBuilder("(?s)");
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '\\') {
        regex.append("\\x{").append(Integer.toHexString(pattern.charAt(++i))).append('}');
      } else if (c == '%') {
        regex.append(".*");
      } else if (c == '_') {
        regex.append('.');
      } else {
        regex.append("\\x{").append(Integer.toHexString(c)).append('}');
      }
    }
    return regex.toString();
  }
}
