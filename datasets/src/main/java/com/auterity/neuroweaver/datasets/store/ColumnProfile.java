package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/** Running figures of one column. */
final class ColumnProfile {
  private static final int TEXT_KEPT = 100;

  private final Column column;
  private final DistinctCount distinct = new DistinctCount();
  private long values;
  private long nulls;
  private long characters;
  private Object min;
  private Object max;

  ColumnProfile(Column column) {
    this.column = column;
  }

  void add(Object value) {
    if (value == null) {
      nulls++;
      return;
    }
    values++;
    String text = value.toString();
    distinct.add(text);
    if (column.type() == ColumnType.STRING) {
      characters += text.length();
      bounds(text.length() > TEXT_KEPT ? text.substring(0, TEXT_KEPT) : text);
    } else if (!(value instanceof Double number) || Double.isFinite(number)) {
      bounds(value);
    }
  }

  void add(State other) {
    values += other.values();
    nulls += other.nulls();
    characters += other.characters();
    distinct.addAll(other.hashes());
    if (other.min() != null) {
      bounds(value(other.min()));
      bounds(value(other.max()));
    }
  }

  State state() {
    return new State(
        values,
        nulls,
        characters,
        distinct.hashes(),
        min == null ? null : min.toString(),
        max == null ? null : max.toString());
  }

  void write(ObjectNode json) {
    json.put("name", column.name());
    json.put("type", column.type().name().toLowerCase(java.util.Locale.ROOT));
    json.put("count", values);
    json.put("nulls", nulls);
    json.put("distinct", distinct.count());
    json.put("distinct_exact", distinct.exact());
    json.put("min", min == null ? null : min.toString());
    json.put("max", max == null ? null : max.toString());
    if (column.type() == ColumnType.STRING) {
      json.put("mean_length", values == 0 ? 0 : (double) characters / values);
    }
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
      long values, long nulls, long characters, List<Long> hashes, String min, String max) {}
}
