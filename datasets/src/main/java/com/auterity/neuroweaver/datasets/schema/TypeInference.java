package com.auterity.neuroweaver.datasets.schema;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

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

  private static final int ALL = (1 << ORDER.length) - 1;
  private static final int STRING = bit(ColumnType.STRING);
  private static final int NUMBERS = bit(ColumnType.INT64) | bit(ColumnType.FLOAT64);
  private static final int CALENDAR = bit(ColumnType.DATE) | bit(ColumnType.TIMESTAMP);

  /** One bit for each type. */
  private int possible = ALL;

  private boolean seen;

  private static int bit(ColumnType type) {
    return 1 << type.ordinal();
  }

  private boolean can(ColumnType type) {
    return (possible & bit(type)) != 0;
  }

  private boolean undecided() {
    return (possible & ~STRING) != 0;
  }

  /** {@link #text(String)} of UTF-8 bytes, of which there is at least one. */
  public void text(byte[] text, int from, int to) {
    if (seen && !undecided()) {
      return;
    }
    int fits = Utf8Values.fits(text, from, to);
    if (fits == 0) {
      text(new String(text, from, to - from, StandardCharsets.UTF_8));
      return;
    }
    seen = true;
    possible &= fits;
  }

  /** A cell of a file without types, where everything is text. */
  public void text(String text) {
    seen = true;
    if (!undecided()) {
      return;
    }
    exclude(ColumnType.BOOL, can(ColumnType.BOOL) && !TextValues.isBool(text));
    exclude(ColumnType.INT64, can(ColumnType.INT64) && !TextValues.isInt64(text));
    exclude(ColumnType.FLOAT64, can(ColumnType.FLOAT64) && !TextValues.isFloat64(text));
    calendar(text);
  }

  /** A value that is text in a file with types: never a number, maybe a date. */
  public void string(String text) {
    seen = true;
    possible &= CALENDAR | STRING;
    if (undecided()) {
      calendar(text);
    }
  }

  /** A number, as its text. */
  public void number(String text) {
    seen = true;
    possible &= NUMBERS | STRING;
    if (undecided()) {
      exclude(ColumnType.INT64, !TextValues.isInt64(text));
      exclude(ColumnType.FLOAT64, !TextValues.isFloat64(text));
    }
  }

  public void bool() {
    seen = true;
    possible &= bit(ColumnType.BOOL) | STRING;
  }

  /** A value only text can hold. */
  public void other() {
    seen = true;
    possible &= STRING;
  }

  /** Whether there was any value. */
  public boolean seen() {
    return seen;
  }

  /** The names that no value came under. */
  public static Set<String> valueless(Map<String, TypeInference> types) {
    return types.entrySet().stream()
        .filter(type -> !type.getValue().seen())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  public ColumnType type() {
    if (seen) {
      for (ColumnType type : ORDER) {
        if (can(type)) {
          return type;
        }
      }
    }
    return ColumnType.STRING;
  }

  private void calendar(String text) {
    if (can(ColumnType.TIMESTAMP)) {
      // A date is a timestamp at midnight, so days and times mixed are still times.
      boolean date = TextValues.isDate(text);
      exclude(ColumnType.DATE, !date);
      exclude(ColumnType.TIMESTAMP, !date && !TextValues.isTimestamp(text));
    }
  }

  private void exclude(ColumnType type, boolean when) {
    if (when) {
      possible &= ~bit(type);
    }
  }
}
