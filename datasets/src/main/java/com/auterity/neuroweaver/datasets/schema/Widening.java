package com.auterity.neuroweaver.datasets.schema;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Which types hold the values of which others: a wider type loses nothing. */
public final class Widening {
  private static final long EXACT_INTEGERS = 1L << 53;

  private Widening() {}

  /**
   * Whether values of a type can be kept as another: int64 as float64, date as timestamp, all as
   * string.
   */
  public static boolean allows(ColumnType from, ColumnType to) {
    return from == to
        || to == ColumnType.STRING
        || (from == ColumnType.INT64 && to == ColumnType.FLOAT64)
        || (from == ColumnType.DATE && to == ColumnType.TIMESTAMP);
  }

  /** The narrowest type that holds the values of both. */
  public static ColumnType join(ColumnType one, ColumnType other) {
    if (allows(one, other)) {
      return other;
    }
    return allows(other, one) ? one : ColumnType.STRING;
  }

  /**
   * The value as the wider type has it.
   *
   * @throws BadValueException for a whole number that no double holds
   */
  public static Object convert(Object value, ColumnType to) throws BadValueException {
    if (value == null) {
      return null;
    }
    if (to == ColumnType.STRING) {
      return value.toString();
    }
    if (to == ColumnType.FLOAT64 && value instanceof Long number) {
      if (number > EXACT_INTEGERS || number < -EXACT_INTEGERS) {
        throw new BadValueException(to, number.toString(), "a number a double holds exactly");
      }
      return number.doubleValue();
    }
    if (to == ColumnType.TIMESTAMP && value instanceof LocalDate day) {
      Instant midnight = day.atStartOfDay().toInstant(ZoneOffset.UTC);
      return midnight;
    }
    return value;
  }
}
