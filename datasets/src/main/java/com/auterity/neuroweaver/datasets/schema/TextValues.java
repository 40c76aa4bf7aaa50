package com.auterity.neuroweaver.datasets.schema;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;

/**
 * Values as files write them. {@link #parse} takes what people mean by a declared type; the {@code
 * is...} tests are narrower: they say when a text may be taken for that type without being told, so
 * that nothing is lost (no leading zeros, no plus signs, no digits beyond what the type holds).
 */
public final class TextValues {
  private static final double EXACT_INTEGERS = 9007199254740992.0;

  private TextValues() {}

  /**
   * The value of the type; spaces around it do not matter except in a STRING.
   *
   * @throws BadValueException saying what would be right
   */
  public static Object parse(ColumnType type, String text) throws BadValueException {
    if (type == ColumnType.STRING) {
      return text;
    }
    String bare = text.strip();
    try {
      return switch (type) {
        case INT64 -> Long.valueOf(bare);
        case FLOAT64 -> number(bare);
        case BOOL -> bool(bare);
        case DATE -> date(bare);
        case TIMESTAMP -> timestamp(bare);
        case STRING -> text;
      };
    } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
      throw new BadValueException(type, text, example(type));
    }
  }

  private static String example(ColumnType type) {
    return switch (type) {
      case INT64 -> "a whole number of at most 64 bits";
      case FLOAT64 -> "a number like -12.5 or 1e6";
      case BOOL -> "true, false, yes, no, 1 or 0";
      case DATE -> "2026-01-31 or 20260131";
      case TIMESTAMP -> "2026-01-31T09:30:00Z; without an offset it is UTC";
      case STRING -> "text";
    };
  }

  /** The narrowest type that the text may be taken for without being told. */
  public static ColumnType typeOf(String text) {
    if (isInt64(text)) {
      return ColumnType.INT64;
    }
    if (isFloat64(text)) {
      return ColumnType.FLOAT64;
    }
    if (isBool(text)) {
      return ColumnType.BOOL;
    }
    if (isDate(text)) {
      return ColumnType.DATE;
    }
    return isTimestamp(text) ? ColumnType.TIMESTAMP : ColumnType.STRING;
  }

  static boolean isBool(String text) {
    return text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
  }

  /** Whole, canonical and of 64 bits. */
  static boolean isInt64(String text) {
    int digits = plainDigits(text, start(text));
    if (digits == 0 || start(text) + digits != text.length() || text.equals("-0")) {
      return false;
    }
    if (digits < 19) {
      return true;
    }
    try {
      Long.parseLong(text);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** A decimal number; a whole one only while a double holds it exactly. */
  static boolean isFloat64(String text) {
    int at = start(text);
    int whole = plainDigits(text, at);
    if (whole == 0) {
      return false;
    }
    at += whole;
    if (at == text.length()) {
      return whole < 17 && Math.abs(Double.parseDouble(text)) < EXACT_INTEGERS;
    }
    if (text.charAt(at) == '.') {
      int fraction = digits(text, at + 1);
      if (fraction == 0) {
        return false;
      }
      at += 1 + fraction;
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      at++;
      if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
        at++;
      }
      int exponent = digits(text, at);
      if (exponent == 0) {
        return false;
      }
      at += exponent;
    }
    return at == text.length() && Double.isFinite(Double.parseDouble(text));
  }

  /** {@code 2026-01-31} and a day there is. */
  static boolean isDate(String text) {
    if (text.length() != 10 || text.charAt(4) != '-' || text.charAt(7) != '-') {
      return false;
    }
    try {
      LocalDate.parse(text);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }

  /** ISO 8601 with date and time; at most microseconds, so that nothing is cut off. */
  static boolean isTimestamp(String text) {
    if (text.length() < 16 || text.charAt(4) != '-' || text.charAt(13) != ':') {
      return false;
    }
    try {
      Instant instant = dateTime(text);
      return instant.getNano() % 1_000 == 0;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static int start(String text) {
    return text.startsWith("-") ? 1 : 0;
  }

  /** Number of digits from an index on; 0 when they begin with a zero that means nothing. */
  private static int plainDigits(String text, int from) {
    int digits = digits(text, from);
    return digits > 1 && text.charAt(from) == '0' ? 0 : digits;
  }

  private static int digits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at - from;
  }

  private static Double number(String text) {
    for (int i = 0; i < text.length(); i++) {
      // Double.parseDouble also takes 1d, 0x1p3 and NaN, which no data file means.
      if ("0123456789+-.eE".indexOf(text.charAt(i)) < 0) {
        throw new NumberFormatException(text);
      }
    }
    double value = Double.parseDouble(text);
    if (!Double.isFinite(value)) {
      throw new NumberFormatException(text);
    }
    return value;
  }

  private static Boolean bool(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "t", "yes", "y", "1" -> true;
      case "false", "f", "no", "n", "0" -> false;
      default -> throw new NumberFormatException(text);
    };
  }

  private static LocalDate date(String text) {
    if (text.length() == 8 && digits(text, 0) == 8) {
      return LocalDate.of(
          Integer.parseInt(text.substring(0, 4)),
          Integer.parseInt(text.substring(4, 6)),
          Integer.parseInt(text.substring(6)));
    }
    return LocalDate.parse(text);
  }

  private static Instant timestamp(String text) {
    if (text.length() <= 10) {
      return date(text).atStartOfDay().toInstant(ZoneOffset.UTC);
    }
    return Micros.truncate(dateTime(text));
  }

  private static Instant dateTime(String text) {
    String iso = text.charAt(10) == ' ' ? text.substring(0, 10) + 'T' + text.substring(11) : text;
    boolean offset = iso.endsWith("Z") || iso.indexOf('+', 11) >= 0 || iso.indexOf('-', 11) >= 0;
    return offset
        ? OffsetDateTime.parse(iso).toInstant()
        : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
  }
}
