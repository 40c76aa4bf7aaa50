package com.auterity.neuroweaver.datasets.schema;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;

/**
 * Values from UTF-8 text without objects: the usual forms at once, all others as {@link TextValues}
 * reads them, with the same result.
 */
public final class Utf8Values {
  private static final int EXACT_DIGITS = 15;
  private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
  private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
  private static final double[] TENS = new double[EXACT_DIGITS + 1];

  static {
    TENS[0] = 1;
    for (int i = 1; i < TENS.length; i++) {
      TENS[i] = TENS[i - 1] * 10;
    }
  }

  private Utf8Values() {}

  /**
   * The 64 bits of a value that is not text, as {@link ColumnValues} keeps them.
   *
   * @throws BadValueException saying what would be right
   */
  public static long bits(ColumnType type, byte[] text, int from, int to) throws BadValueException {
    switch (type) {
      case INT64 -> {
        if (isShortInteger(text, from, to)) {
          return integer(text, from, to);
        }
      }
      case FLOAT64 -> {
        double value = decimal(text, from, to);
        if (!Double.isNaN(value)) {
          return Double.doubleToRawLongBits(value);
        }
      }
      case DATE -> {
        if (to - from == 10) {
          long day = day(text, from);
          if (day != Long.MIN_VALUE) {
            return day;
          }
        }
      }
      case TIMESTAMP -> {
        long micros = micros(text, from, to);
        if (micros != Long.MIN_VALUE) {
          return micros;
        }
      }
      case BOOL -> {
        if (is(text, from, to, TRUE)) {
          return 1;
        }
        if (is(text, from, to, FALSE)) {
          return 0;
        }
      }
      case STRING -> {}
    }
    return parsed(type, new String(text, from, to - from, StandardCharsets.UTF_8));
  }

  /**
   * The types a text may be taken for without being told, as {@link TypeInference} does, one bit
   * for each ordinal; 0 when only the slow way can say.
   */
  static int fits(byte[] text, int from, int to) {
    byte first = text[from];
    int string = 1 << ColumnType.STRING.ordinal();
    if (first >= '!'
        && !isDigit(first)
        && first != '-'
        && (first | 0x20) != 't'
        && (first | 0x20) != 'f') {
      // No number, date or truth value begins so; what is outside ASCII has no byte above 0.
      return first == '+' ? 0 : string;
    }
    int digits = first == '-' ? from + 1 : from;
    int at = digits;
    while (at < to && isDigit(text[at])) {
      at++;
    }
    int whole = at - digits;
    if (whole == 0
        || whole > EXACT_DIGITS
        || (text[digits] == '0' && to - digits > 1 && at > digits + 1)) {
      return 0;
    }
    int real = string | 1 << ColumnType.FLOAT64.ordinal();
    if (at == to) {
      return text[digits] == '0' && digits > from ? 0 : real | 1 << ColumnType.INT64.ordinal();
    }
    if (text[at] == '.') {
      int fraction = ++at;
      while (at < to && isDigit(text[at])) {
        at++;
      }
      return at == to && at > fraction ? real : 0;
    }
    int times = string | 1 << ColumnType.TIMESTAMP.ordinal();
    if (to - from == 10 && day(text, from) != Long.MIN_VALUE) {
      return times | 1 << ColumnType.DATE.ordinal();
    }
    return micros(text, from, to) != Long.MIN_VALUE ? times : 0;
  }

  private static boolean is(byte[] text, int from, int to, byte[] word) {
    return Arrays.equals(text, from, to, word, 0, word.length);
  }

  private static long parsed(ColumnType type, String text) throws BadValueException {
    Object value = TextValues.parse(type, text);
    return switch (type) {
      case INT64 -> (Long) value;
      case FLOAT64 -> Double.doubleToRawLongBits((Double) value);
      case BOOL -> (Boolean) value ? 1 : 0;
      case DATE -> ((LocalDate) value).toEpochDay();
      case TIMESTAMP -> Micros.of((Instant) value);
      case STRING -> throw new IllegalArgumentException("text has no bits");
    };
  }

  private static boolean isShortInteger(byte[] text, int from, int to) {
    int first = text[from] == '-' ? from + 1 : from;
    if (first == to || to - first > 18) {
      return false;
    }
    for (int i = first; i < to; i++) {
      if (!isDigit(text[i])) {
        return false;
      }
    }
    return true;
  }

  private static long integer(byte[] text, int from, int to) {
    boolean negative = text[from] == '-';
    long value = 0;
    for (int i = negative ? from + 1 : from; i < to; i++) {
      value = value * 10 + (text[i] - '0');
    }
    return negative ? -value : value;
  }

  /**
   * A number of at most 15 digits, exactly rounded because both its digits and the power of ten are
   * exact doubles (Clinger 1990); NaN when it is not one.
   */
  private static double decimal(byte[] text, int from, int to) {
    boolean negative = text[from] == '-';
    long digits = 0;
    int count = 0;
    int fraction = -1;
    for (int i = negative ? from + 1 : from; i < to; i++) {
      byte b = text[i];
      if (isDigit(b)) {
        digits = digits * 10 + (b - '0');
        count++;
        if (fraction >= 0) {
          fraction++;
        }
      } else if (b == '.' && fraction < 0) {
        fraction = 0;
      } else {
        return Double.NaN;
      }
    }
    if (count == 0 || count > EXACT_DIGITS) {
      return Double.NaN;
    }
    double value = digits / TENS[Math.max(0, fraction)];
    return negative ? -value : value;
  }

  /** The epoch day of {@code 2026-01-31}; Long.MIN_VALUE when it is not of this form. */
  private static long day(byte[] text, int from) {
    if (text[from + 4] != '-' || text[from + 7] != '-') {
      return Long.MIN_VALUE;
    }
    int year = number(text, from, 4);
    int month = number(text, from + 5, 2);
    int day = number(text, from + 8, 2);
    // Days that only some months have are left to the calendar.
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > 28) {
      return Long.MIN_VALUE;
    }
    return epochDay(year, month, day);
  }

  /** The days from 1970-01-01, after Hinnant's days_from_civil; the year begins in March. */
  private static long epochDay(int year, int month, int day) {
    int shifted = month <= 2 ? year - 1 : year;
    int era = shifted / 400;
    int ofEra = shifted - era * 400;
    int ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146_097L + ofEra * 365L + ofEra / 4 - ofEra / 100 + ofYear - 719_468;
  }

  /** Microseconds of {@code 2026-01-31T09:30:00[.123456][Z]}; Long.MIN_VALUE for other forms. */
  private static long micros(byte[] text, int from, int to) {
    int length = to - from;
    if (length < 19 || length > 27 || (text[from + 10] != 'T' && text[from + 10] != ' ')) {
      return Long.MIN_VALUE;
    }
    long day = day(text, from);
    int hour = number(text, from + 11, 2);
    int minute = number(text, from + 14, 2);
    int second = number(text, from + 17, 2);
    if (day == Long.MIN_VALUE
        || text[from + 13] != ':'
        || text[from + 16] != ':'
        || hour < 0
        || hour > 23
        || minute < 0
        || minute > 59
        || second < 0
        || second > 59) {
      return Long.MIN_VALUE;
    }
    int at = from + 19;
    int fraction = 0;
    if (at < to && text[at] == '.') {
      int digits = 0;
      for (at++; at < to && isDigit(text[at]); at++) {
        fraction = fraction * 10 + (text[at] - '0');
        digits++;
      }
      if (digits == 0 || digits > 6) {
        return Long.MIN_VALUE;
      }
      for (; digits < 6; digits++) {
        fraction *= 10;
      }
    }
    if (at < to && text[at] == 'Z') {
      at++;
    }
    if (at != to) {
      return Long.MIN_VALUE;
    }
    return ((day * 24 + hour) * 60 + minute) * 60_000_000L + second * 1_000_000L + fraction;
  }

  /** So many digits as a number; -1 when one is none. */
  private static int number(byte[] text, int from, int count) {
    int value = 0;
    for (int i = from; i < from + count; i++) {
      if (!isDigit(text[i])) {
        return -1;
      }
      value = value * 10 + (text[i] - '0');
    }
    return value;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
