package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;

/** Running figures of one column. */
final class ColumnProfile {
  private static final int TEXT_KEPT = 100;
  private static final int FREQUENT_SHOWN = 10;
  private static final double[] SHARES = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};

  private final Column column;
  private final ValueCounts counts = new ValueCounts();

  /** Of a text column, else null. */
  private final TextFigures texts;

  /** Of a numeric column, else null, as its moments. */
  private final QuantileBuckets buckets;

  private final Moments moments;
  private long values;
  private long nulls;
  private long notFinite;
  private Object min;
  private Object max;

  ColumnProfile(Column column) {
    this.column = column;
    boolean numeric = column.type() == ColumnType.INT64 || column.type() == ColumnType.FLOAT64;
    this.texts = column.type() == ColumnType.STRING ? new TextFigures() : null;
    this.buckets = numeric ? new QuantileBuckets() : null;
    this.moments = numeric ? new Moments() : null;
  }

  /** Null when the column is not numeric. */
  Moments moments() {
    return moments;
  }

  void add(Object value) {
    if (value == null) {
      nulls++;
      return;
    }
    values++;
    switch (column.type()) {
      case STRING -> {
        String text = (String) value;
        counts.add(texts.add(text), () -> kept(text));
        bounds(kept(text));
      }
      case INT64 -> {
        long whole = (Long) value;
        number(whole);
        counts.add(TextFigures.mixed(whole), value::toString);
        bounds(value);
      }
      case FLOAT64 -> {
        double number = (Double) value;
        counts.add(TextFigures.mixed(Double.doubleToLongBits(number)), value::toString);
        if (Double.isFinite(number)) {
          number(number);
          bounds(value);
        } else {
          notFinite++;
        }
      }
      case BOOL, DATE, TIMESTAMP -> {
        counts.add(TextFigures.mixed(bits(value)), value::toString);
        bounds(value);
      }
    }
  }

  private void number(double number) {
    moments.add(number);
    buckets.add(number);
  }

  private static long bits(Object value) {
    if (value instanceof LocalDate date) {
      return date.toEpochDay();
    }
    if (value instanceof Instant instant) {
      return instant.getEpochSecond() * 1_000_003 + instant.getNano();
    }
    return (Boolean) value ? 1 : 2;
  }

  /** The beginning of a long text; never half a surrogate pair. */
  private static String kept(String text) {
    if (text.length() <= TEXT_KEPT) {
      return text;
    }
    boolean half = Character.isHighSurrogate(text.charAt(TEXT_KEPT - 1));
    return text.substring(0, half ? TEXT_KEPT - 1 : TEXT_KEPT);
  }

  void add(State other) {
    values += other.values();
    nulls += other.nulls();
    notFinite += other.notFinite();
    counts.add(other.counts());
    if (texts != null) {
      texts.add(other.texts());
    }
    if (moments != null) {
      moments.add(other.moments());
      buckets.add(other.buckets());
    }
    if (other.min() != null) {
      bounds(value(other.min()));
      bounds(value(other.max()));
    }
  }

  State state() {
    return new State(
        values,
        nulls,
        notFinite,
        counts.state(),
        texts == null ? null : texts.state(),
        buckets == null ? null : buckets.state(),
        moments == null ? null : moments.state(),
        min == null ? null : min.toString(),
        max == null ? null : max.toString());
  }

  void write(ObjectNode json) {
    json.put("name", column.name());
    json.put("type", column.type().name().toLowerCase(Locale.ROOT));
    json.put("count", values);
    json.put("nulls", nulls);
    json.put("completeness", values == 0 ? 0 : (double) values / (values + nulls));
    json.put("distinct", counts.distinct());
    json.put("distinct_exact", counts.exact());
    json.put("min", min == null ? null : min.toString());
    json.put("max", max == null ? null : max.toString());
    if (texts != null) {
      json.put("mean_length", values == 0 ? 0 : (double) texts.characters() / values);
      if (values > 0) {
        texts.write(json, values);
        texts.writeTypes(json.putObject("read_as"));
      }
    }
    if (moments != null) {
      writeNumbers(json);
    }
    List<ValueCounts.Frequent> frequent = counts.frequent(FREQUENT_SHOWN);
    if (frequent != null && values > 0) {
      ArrayNode list = json.putArray("frequent");
      frequent.forEach(
          each -> list.addObject().put("value", each.text()).put("count", each.count()));
    }
  }

  private void writeNumbers(ObjectNode json) {
    json.put("not_finite", notFinite);
    if (min == null) {
      return;
    }
    if (!moments.incomplete()) {
      json.put("mean", moments.mean());
      json.put("standard_deviation", moments.standardDeviation());
    }
    List<Double> quantiles = quantiles(SHARES);
    ObjectNode into = json.putObject("quantiles");
    for (int i = 0; i < SHARES.length; i++) {
      into.put(String.valueOf(SHARES[i]), quantiles.get(i));
    }
    json.put("quantiles_relative_error", buckets.error());
  }

  private List<Double> quantiles(double... shares) {
    return buckets.quantiles(
        shares,
        column.type() == ColumnType.INT64,
        ((Number) min).doubleValue(),
        ((Number) max).doubleValue());
  }

  Double quantile(double share) {
    return min == null ? null : quantiles(share).get(0);
  }

  double quantileError() {
    return buckets.error();
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private void bounds(Object value) {
    if (min == null || ((Comparable) value).compareTo(min) < 0) {
      min = value;
    }
    if (max == null || ((Comparable) value).compareTo(max) > 0) {
      max = value;
    }
  }

  /** The inverse of toString, for every type. */
  private Object value(String text) {
    return switch (column.type()) {
      case STRING -> text;
      case INT64 -> Long.valueOf(text);
      case FLOAT64 -> Double.valueOf(text);
      case BOOL -> Boolean.valueOf(text);
      case DATE -> LocalDate.parse(text);
      case TIMESTAMP -> Instant.parse(text);
    };
  }

  /** The figures as they travel; {@code min} and {@code max} are null without a value. */
  record State(
      long values,
      long nulls,
      long notFinite,
      ValueCounts.State counts,
      TextFigures.State texts,
      QuantileBuckets.State buckets,
      Moments.State moments,
      String min,
      String max) {}
}
