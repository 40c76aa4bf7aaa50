package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rejects rows with a value outside what its column allows ({@code min}, {@code max}, {@code
 * regex}, {@code enum}) and rows whose columns contradict each other ({@code rules}). Empty values
 * pass: emptiness is the schema check's matter.
 */
final class RangeCheck implements Stage {
  static final String NAME = "range_check";

  private record Bounds(
      int column, String name, Double min, Double max, Pattern regex, Set<String> allowed) {}

  /** {@code left operator right + plus}; moments meet numbers by their year. */
  private record Rule(String text, int left, Operator operator, int right, double plus) {}

  private enum Operator {
    LESS("<"),
    AT_MOST("<="),
    MORE(">"),
    AT_LEAST(">="),
    EQUAL("=="),
    UNEQUAL("!=");

    private final String sign;

    Operator(String sign) {
      this.sign = sign;
    }

    boolean holds(int comparison) {
      return switch (this) {
        case LESS -> comparison < 0;
        case AT_MOST -> comparison <= 0;
        case MORE -> comparison > 0;
        case AT_LEAST -> comparison >= 0;
        case EQUAL -> comparison == 0;
        case UNEQUAL -> comparison != 0;
      };
    }

    static Operator of(String sign, String place) {
      for (Operator operator : values()) {
        if (operator.sign.equals(sign)) {
          return operator;
        }
      }
      throw Knobs.invalid(place, "is \"" + sign + "\"", "one of <, <=, >, >=, ==, !=");
    }
  }

  private final List<Bounds> bounds = new ArrayList<>();
  private final List<Rule> rules = new ArrayList<>();

  RangeCheck(Knobs knobs, Schema schema) {
    if (knobs.has("columns")) {
      for (Map.Entry<String, JsonNode> entry : knobs.fields("columns").entrySet()) {
        String place = knobs.place() + ".columns." + entry.getKey();
        bounds.add(bounds(new Knobs(entry.getValue(), place), entry.getKey(), schema));
      }
    }
    if (knobs.has("rules")) {
      int i = 0;
      for (JsonNode rule : knobs.list("rules")) {
        rules.add(rule(new Knobs(rule, knobs.place() + ".rules[" + i++ + "]"), schema));
      }
    }
    knobs.done();
    if (bounds.isEmpty() && rules.isEmpty()) {
      throw Knobs.invalid(knobs.place(), "checks nothing", "at least one of columns, rules");
    }
  }

  private static Bounds bounds(Knobs knobs, String name, Schema schema) {
    int column = Knobs.column(schema, name, knobs.place());
    Double min = knobs.number("min");
    Double max = knobs.number("max");
    if (min != null && max != null && min > max) {
      throw Knobs.invalid(knobs.place(), "has min " + min + " above max " + max, "min <= max");
    }
    Pattern regex = null;
    if (knobs.has("regex")) {
      regex = LinePattern.regex(knobs.text("regex"), knobs.place() + ".regex", false);
    }
    Set<String> allowed = knobs.has("enum") ? new HashSet<>() : null;
    if (allowed != null) {
      for (JsonNode item : knobs.list("enum")) {
        allowed.add(item.asText());
      }
    }
    knobs.done();
    if (min == null && max == null && regex == null && allowed == null) {
      throw Knobs.invalid(knobs.place(), "checks nothing", "at least one of min, max, regex, enum");
    }
    return new Bounds(column, name, min, max, regex, allowed);
  }

  private static Rule rule(Knobs knobs, Schema schema) {
    String left = knobs.text("left");
    String right = knobs.text("right");
    String sign = knobs.text("operator");
    Double plus = knobs.number("plus");
    Rule rule =
        new Rule(
            left + " " + sign + " " + right + (plus == null ? "" : " + " + shown(plus)),
            Knobs.column(schema, left, knobs.place() + ".left"),
            Operator.of(sign, knobs.place() + ".operator"),
            Knobs.column(schema, right, knobs.place() + ".right"),
            plus == null ? 0 : plus);
    knobs.done();
    return rule;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    for (Bounds check : bounds) {
      Object value = row.get(check.column());
      if (value == null || value.toString().isBlank()) {
        continue;
      }
      String fault = fault(check, value);
      if (fault != null) {
        return Verdict.reject("range_" + check.name(), check.name() + " is " + value + fault);
      }
    }
    for (Rule rule : rules) {
      Integer comparison = compare(row.get(rule.left()), row.get(rule.right()), rule.plus());
      if (comparison != null && !rule.operator().holds(comparison)) {
        return Verdict.reject(
            "contradiction",
            rule.text() + " does not hold: " + row.get(rule.left()) + ", " + row.get(rule.right()));
      }
    }
    return Verdict.keep(row);
  }

  private static String fault(Bounds check, Object value) {
    if (check.min() != null || check.max() != null) {
      Double number = Values.number(value);
      if (number == null) {
        return ", no number";
      }
      if (check.min() != null && number < check.min()) {
        return ", below " + shown(check.min());
      }
      if (check.max() != null && number > check.max()) {
        return ", above " + shown(check.max());
      }
    }
    if (check.regex() != null && !check.regex().matcher(value.toString()).matches()) {
      return ", which does not match " + check.regex();
    }
    if (check.allowed() != null && !check.allowed().contains(value.toString())) {
      return ", which is not among the allowed values";
    }
    return null;
  }

  /** Null when the two cannot be compared. */
  private static Integer compare(Object left, Object right, double plus) {
    if (left == null || right == null) {
      return null;
    }
    Double a = Values.number(left);
    Double b = Values.number(right);
    Instant momentA = a == null ? Values.instant(left) : null;
    Instant momentB = b == null ? Values.instant(right) : null;
    if (momentA != null && momentB != null) {
      return momentA.compareTo(momentB.plusMillis((long) (plus * 86_400_000)));
    }
    if (momentA != null) {
      a = (double) momentA.atOffset(ZoneOffset.UTC).getYear();
    }
    if (momentB != null) {
      b = (double) momentB.atOffset(ZoneOffset.UTC).getYear();
    }
    return a == null || b == null ? null : Double.compare(a, b + plus);
  }

  private static String shown(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
