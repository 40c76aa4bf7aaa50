package com.auterity.neuroweaver.datasets.filter;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.ColumnValues;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** How two columns' values of one row stand to each other. */
final class ColumnOrder {
  private static final long MICROS_PER_DAY = TimeUnit.DAYS.toMicros(1);
  private static final long EXACT_INTEGERS = 1L << 53;

  private ColumnOrder() {}

  /**
   * The same type, two kinds of numbers, or a date and a time, where the date is its midnight UTC.
   */
  static boolean comparable(ColumnType one, ColumnType two) {
    return one == two || (isNumber(one) && isNumber(two)) || (isTime(one) && isTime(two));
  }

  private static boolean isNumber(ColumnType type) {
    return type == ColumnType.INT64 || type == ColumnType.FLOAT64;
  }

  private static boolean isTime(ColumnType type) {
    return type == ColumnType.DATE || type == ColumnType.TIMESTAMP;
  }

  /**
   * @param at the row; neither column is null there
   */
  static boolean holds(Comparison comparison, ColumnValues left, ColumnValues right, int at) {
    if (left.type() == ColumnType.STRING) {
      return comparison.holds(
          Arrays.compareUnsigned(
              left.text(),
              left.start(at),
              left.end(at),
              right.text(),
              right.start(at),
              right.end(at)));
    }
    if (left.type() == right.type() && left.type() != ColumnType.FLOAT64) {
      return comparison.holds(Long.compare(left.bits(at), right.bits(at)));
    }
    if (isTime(left.type())) {
      return comparison.holds(
          left.type() == ColumnType.DATE
              ? -compare(right.bits(at), left.bits(at))
              : compare(left.bits(at), right.bits(at)));
    }
    if (isNaN(left, at) || isNaN(right, at)) {
      return comparison == Comparison.NOT_EQUAL;
    }
    return comparison.holds(number(left, at, right, at));
  }

  /** A time in microseconds against a day; the day may lie beyond what microseconds can say. */
  private static int compare(long micros, long day) {
    int order = Long.compare(Math.floorDiv(micros, MICROS_PER_DAY), day);
    return order != 0 ? order : Math.floorMod(micros, MICROS_PER_DAY) == 0 ? 0 : 1;
  }

  private static boolean isNaN(ColumnValues values, int at) {
    return values.type() == ColumnType.FLOAT64
        && Double.isNaN(Double.longBitsToDouble(values.bits(at)));
  }

  private static int number(ColumnValues left, int i, ColumnValues right, int j) {
    if (left.type() == ColumnType.FLOAT64 && right.type() == ColumnType.FLOAT64) {
      return compare(Double.longBitsToDouble(left.bits(i)), Double.longBitsToDouble(right.bits(j)));
    }
    return left.type() == ColumnType.INT64
        ? exact(left.bits(i), Double.longBitsToDouble(right.bits(j)))
        : -exact(right.bits(j), Double.longBitsToDouble(left.bits(i)));
  }

  private static int compare(double left, double right) {
    return left < right ? -1 : left > right ? 1 : 0;
  }

  private static int exact(long whole, double number) {
    if (Math.abs(number) >= EXACT_INTEGERS || Math.abs(whole) >= EXACT_INTEGERS) {
      return Double.isInfinite(number)
          ? (number > 0 ? -1 : 1)
          : BigDecimal.valueOf(whole).compareTo(new BigDecimal(number));
    }
    return compare(whole, number);
  }
}
