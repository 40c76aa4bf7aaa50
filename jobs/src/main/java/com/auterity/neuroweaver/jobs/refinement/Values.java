package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;

/** Reads cell values, which may be text, as a wanted type; null when they are not of it. */
final class Values {
  private Values() {}

  static Object as(Object value, ColumnType type) {
    return switch (type) {
      case STRING -> value.toString();
      case INT64 -> integer(value);
      case FLOAT64 -> number(value);
      case BOOL -> bool(value);
      case DATE -> value instanceof LocalDate date ? date : date(value);
      case TIMESTAMP -> value instanceof Instant instant ? instant : instant(value);
    };
  }

  private static Long integer(Object value) {
    if (value instanceof Long whole) {
      return whole;
    }
    if (value instanceof Double number) {
      return number == Math.rint(number) && Math.abs(number) < 1L << 53 ? number.longValue() : null;
    }
    try {
      return value instanceof String text ? Long.valueOf(text.strip()) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Finite numbers only. */
  static Double number(Object value) {
    Double number = null;
    if (value instanceof Number known) {
      number = known.doubleValue();
    } else if (value instanceof String text) {
      try {
        number = Double.valueOf(text.strip());
      } catch (NumberFormatException e) {
        return null;
      }
    }
    return number == null || !Double.isFinite(number) ? null : number;
  }

  private static Boolean bool(Object value) {
    if (value instanceof Boolean bool) {
      return bool;
    }
    return switch (value.toString().strip().toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> null;
    };
  }

  private static LocalDate date(Object value) {
    try {
      return value instanceof String text ? LocalDate.parse(text.strip()) : null;
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** A moment; dates count from midnight UTC, times without a zone are UTC. */
  static Instant instant(Object value) {
    if (value instanceof Instant instant) {
      return instant;
    }
    if (value instanceof LocalDate date) {
      return date.atStartOfDay().toInstant(ZoneOffset.UTC);
    }
    if (!(value instanceof String)) {
      return null;
    }
    String text = ((String) value).strip();
    try {
      if (text.length() == 10) {
        return LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
      }
      boolean zoned = text.endsWith("Z") || text.matches(".*[+-]\\d\\d:?\\d\\d$");
      return zoned
          ? OffsetDateTime.parse(text).toInstant()
          : LocalDateTime.parse(text.replace(' ', 'T')).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return null;
    }
  }
}
