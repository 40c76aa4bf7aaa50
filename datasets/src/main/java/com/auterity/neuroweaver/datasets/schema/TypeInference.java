package com.auterity.neuroweaver.datasets.schema;

import java.util.EnumSet;
import java.util.Set;

/**
 * Finds a column's type from its values: the narrowest that every one of them has and that loses
 * nothing. Every type is possible until a value excludes it; no value at all gives STRING.
 */
public final class TypeInference {
  /** Narrowest first. */
  private static final ColumnType[] ORDER = {
    ColumnType.BOOL,
    ColumnType.INT64,
    ColumnType.FLOAT64,
    ColumnType.DATE,
    ColumnType.TIMESTAMP,
    ColumnType.STRING
  };

  private final Set<ColumnType> possible = EnumSet.allOf(ColumnType.class);
  private boolean seen;

  /** A cell of a file without types, where everything is text. */
  public void text(String text) {
    seen = true;
    if (possible.size() == 1) {
      return;
    }
    exclude(ColumnType.BOOL, possible.contains(ColumnType.BOOL) && !TextValues.isBool(text));
    exclude(ColumnType.INT64, possible.contains(ColumnType.INT64) && !TextValues.isInt64(text));
    exclude(
        ColumnType.FLOAT64, possible.contains(ColumnType.FLOAT64) && !TextValues.isFloat64(text));
    calendar(text);
  }

  /** A value that is text in a file with types: never a number, maybe a date. */
  public void string(String text) {
    seen = true;
    possible.remove(ColumnType.BOOL);
    possible.remove(ColumnType.INT64);
    possible.remove(ColumnType.FLOAT64);
    if (possible.size() > 1) {
      calendar(text);
    }
  }

  /** A number, as its text. */
  public void number(String text) {
    seen = true;
    possible.remove(ColumnType.BOOL);
    possible.remove(ColumnType.DATE);
    possible.remove(ColumnType.TIMESTAMP);
    if (possible.size() > 1) {
      exclude(ColumnType.INT64, !TextValues.isInt64(text));
      exclude(ColumnType.FLOAT64, !TextValues.isFloat64(text));
    }
  }

  public void bool() {
    seen = true;
    possible.retainAll(EnumSet.of(ColumnType.BOOL, ColumnType.STRING));
  }

  /** A value only text can hold. */
  public void other() {
    seen = true;
    possible.retainAll(EnumSet.of(ColumnType.STRING));
  }

  /** Whether there was any value. */
  public boolean seen() {
    return seen;
  }

  public ColumnType type() {
    if (seen) {
      for (ColumnType type : ORDER) {
        if (possible.contains(type)) {
          return type;
        }
      }
    }
    return ColumnType.STRING;
  }

  private void calendar(String text) {
    if (possible.contains(ColumnType.TIMESTAMP)) {
      // A date is a timestamp at midnight, so days and times mixed are still times.
      boolean date = TextValues.isDate(text);
      exclude(ColumnType.DATE, !date);
      exclude(ColumnType.TIMESTAMP, !date && !TextValues.isTimestamp(text));
    }
  }

  private void exclude(ColumnType type, boolean when) {
    if (when) {
      possible.remove(type);
    }
  }
}
