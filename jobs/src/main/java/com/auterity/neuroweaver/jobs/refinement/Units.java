package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.auterity.neuroweaver.jobs.refinement.text.Amount;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Writes distances in {@code miles} or {@code kilometers}, or money in one currency, as plain
 * numbers, in place or into new FLOAT64 columns. A number without a unit is of {@code
 * default_unit}; a currency without a rate in {@code rates} is not converted. Rejects rows with an
 * amount it cannot read, unless {@code unreadable} says otherwise.
 */
final class Units implements Stage {
  static final String NAME = "units";
  private static final String MILES = "miles";
  private static final String KILOMETERS = "kilometers";
  private static final BigDecimal KILOMETERS_OF_A_MILE = new BigDecimal("1.609344");
  private static final Set<String> DOLLARS =
      Set.of("USD", "CAD", "AUD", "NZD", "MXN", "HKD", "SGD");
  private static final Set<String> MILE_WORDS = Set.of("mi", "mi.", "mile", "miles", "mls");
  private static final Set<String> KILOMETER_WORDS =
      Set.of(
          "km", "km.", "kms", "kilometer", "kilometers", "kilometre", "kilometres", "kilometros");

  private final Derived derived;
  private final String to;
  private final String defaultUnit;
  private final Map<String, BigDecimal> rates = new LinkedHashMap<>();
  private final Amount.Decimal decimal;
  private final int decimals;

  Units(Knobs knobs, Schema schema) {
    derived =
        new Derived(
            knobs,
            schema,
            Set.of(ColumnType.STRING, ColumnType.INT64, ColumnType.FLOAT64),
            ColumnType.FLOAT64,
            isDistance(knobs.text("to")) ? SemanticType.ODOMETER : SemanticType.MONEY);
    to = unit(knobs.text("to"), knobs.place() + ".to");
    defaultUnit = unit(knobs.text("default_unit", to), knobs.place() + ".default_unit");
    if (isDistance(to) != isDistance(defaultUnit)) {
      throw Knobs.invalid(
          knobs.place() + ".default_unit",
          "is " + defaultUnit + ", but to is " + to,
          isDistance(to) ? "miles or kilometers" : "a currency");
    }
    if (knobs.has("rates")) {
      if (isDistance(to)) {
        throw Knobs.invalid(knobs.place() + ".rates", "is there for a distance", "to leave it out");
      }
      for (Map.Entry<String, JsonNode> rate : knobs.fields("rates").entrySet()) {
        String place = knobs.place() + ".rates." + rate.getKey();
        if (!rate.getValue().isNumber() || rate.getValue().decimalValue().signum() <= 0) {
          throw Knobs.invalid(
              place,
              "is " + Knobs.shown(rate.getValue()),
              "what one " + rate.getKey() + " is in " + to);
        }
        rates.put(unit(rate.getKey(), place), rate.getValue().decimalValue());
      }
    }
    if (!isDistance(to) && !defaultUnit.equals(to) && !rates.containsKey(defaultUnit)) {
      throw Knobs.invalid(
          knobs.place() + ".rates", "has no rate of " + defaultUnit, "what one is in " + to);
    }
    decimal = knobs.choice("decimal", Amount.Decimal.class, Amount.Decimal.POINT);
    decimals = knobs.whole("decimals", isDistance(to) ? 0 : 2, 0, 9);
    for (Derived.Pair pair : derived.pairs()) {
      if (pair.column().type() == ColumnType.INT64 && decimals > 0) {
        throw Knobs.invalid(
            knobs.place() + ".decimals",
            "is " + decimals + ", but " + pair.column().name() + " holds whole numbers",
            "decimals: 0, or a new column in into");
      }
    }
    knobs.done();
  }

  private static boolean isDistance(String unit) {
    return unit.equals(MILES) || unit.equals(KILOMETERS);
  }

  private static String unit(String text, String place) {
    if (isDistance(text)) {
      return text;
    }
    try {
      return Currency.getInstance(text).getCurrencyCode();
    } catch (IllegalArgumentException e) {
      throw Knobs.invalid(
          place, "is \"" + text + "\"", "miles, kilometers, or a currency's code such as USD");
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Integer> columns() {
    return derived.inPlace();
  }

  @Override
  public List<Column> added() {
    return derived.added();
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    String wanted = isDistance(to) ? "a distance" : "an amount in " + to + " or of a rate given";
    return derived.apply(row, NAME, tally, this::read, wanted);
  }

  private Object read(Object value, ColumnType type) {
    BigDecimal number;
    String unit = null;
    if (value instanceof Long whole) {
      number = BigDecimal.valueOf(whole);
    } else if (value instanceof Double some) {
      if (!Double.isFinite(some)) {
        return null;
      }
      number = BigDecimal.valueOf(some);
    } else {
      Amount amount = Amount.parse((String) value, decimal);
      if (amount == null) {
        return null;
      }
      number = amount.value();
      unit = amount.unit();
    }
    BigDecimal converted = converted(number, unit == null ? defaultUnit : named(unit));
    if (converted == null) {
      return null;
    }
    return switch (type) {
      case INT64 -> whole(converted);
      case FLOAT64 -> converted.doubleValue();
      default -> converted.toPlainString();
    };
  }

  private static Long whole(BigDecimal number) {
    return number.precision() - number.scale() > 18 ? null : number.longValue();
  }

  /** In the wanted unit, rounded half up; null without a way there. */
  private BigDecimal converted(BigDecimal number, String unit) {
    BigDecimal result;
    if (to.equals(unit)) {
      result = number;
    } else if (isDistance(to)) {
      if (unit == null || !isDistance(unit)) {
        return null;
      }
      result =
          to.equals(KILOMETERS)
              ? number.multiply(KILOMETERS_OF_A_MILE)
              : number.divide(KILOMETERS_OF_A_MILE, decimals + 1, RoundingMode.DOWN);
    } else {
      BigDecimal rate = unit == null ? null : rates.get(unit);
      if (rate == null) {
        return null;
      }
      result = number.multiply(rate);
    }
    return result.setScale(decimals, RoundingMode.HALF_UP);
  }

  /** What unit a word or sign means, or null. */
  private String named(String unit) {
    if (isDistance(to)) {
      return MILE_WORDS.contains(unit) ? MILES : KILOMETER_WORDS.contains(unit) ? KILOMETERS : null;
    }
    return switch (unit) {
      case "$" -> DOLLARS.contains(defaultUnit) ? defaultUnit : "USD";
      case "us$" -> "USD";
      case "c$", "ca$", "cad$" -> "CAD";
      case "a$", "au$" -> "AUD";
      case "€" -> "EUR";
      case "£" -> "GBP";
      case "¥" -> defaultUnit.equals("CNY") ? "CNY" : "JPY";
      case "dollars", "dollar", "bucks" -> DOLLARS.contains(defaultUnit) ? defaultUnit : null;
      case "euro", "euros" -> "EUR";
      default -> unit.length() == 3 ? unit.toUpperCase(Locale.ROOT) : null;
    };
  }
}
