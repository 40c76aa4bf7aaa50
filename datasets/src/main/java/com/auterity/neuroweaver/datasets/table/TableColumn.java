package com.auterity.neuroweaver.datasets.table;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One column: a record component called {@code createdAt} is the column {@code CREATED_AT}. Enums
 * are kept as their names, instants as UTC microseconds; what is stored never changes its type.
 */
public final class TableColumn {
  private static final Map<Class<?>, Class<?>> STORED =
      Map.of(
          String.class, String.class,
          long.class, Long.class,
          Long.class, Long.class,
          int.class, Integer.class,
          Integer.class, Integer.class,
          double.class, Double.class,
          Double.class, Double.class,
          boolean.class, Boolean.class,
          Boolean.class, Boolean.class,
          byte[].class, byte[].class);

  private final String name;
  private final String component;
  private final Class<?> type;
  private final Class<?> stored;
  private final Method accessor;

  TableColumn(RecordComponent component) {
    this.component = component.getName();
    this.name = columnName(component.getName());
    this.type = component.getType();
    if (type == Instant.class) {
      stored = Long.class;
    } else if (type.isEnum()) {
      stored = String.class;
    } else {
      stored = STORED.get(type);
    }
    if (stored == null) {
      throw new IllegalArgumentException(
          component.getDeclaringRecord().getName()
              + "."
              + this.component
              + ": a column is a String, long, int, double, boolean, byte[], enum or Instant, not "
              + type.getName());
    }
    accessor = component.getAccessor();
    accessor.setAccessible(true);
  }

  static String columnName(String component) {
    return component.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
  }

  /** In SQL. */
  public String name() {
    return name;
  }

  /** In the record. */
  public String component() {
    return component;
  }

  /** The class of what lies in the cache. */
  public Class<?> stored() {
    return stored;
  }

  Object read(Record row) {
    try {
      return toStored(accessor.invoke(row));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + component + " of " + row.getClass(), e);
    }
  }

  Object toStored(Object value) {
    if (value instanceof Instant instant) {
      return TimeUnit.SECONDS.toMicros(instant.getEpochSecond()) + instant.getNano() / 1_000;
    }
    if (value instanceof Enum<?> constant) {
      return constant.name();
    }
    if (value instanceof Integer number && stored == Long.class) {
      return number.longValue();
    }
    return value;
  }

  /** The component's value; a number or boolean that is absent is zero or false. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  Object fromStored(Object value) {
    if (value == null) {
      if (!type.isPrimitive()) {
        return null;
      }
      if (type == boolean.class) {
        return false;
      }
      if (type == double.class) {
        return 0.0;
      }
      return type == long.class ? (Object) 0L : (Object) 0;
    }
    if (type == Instant.class) {
      long micros = (Long) value;
      return Instant.ofEpochSecond(
          Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
    }
    if (type.isEnum()) {
      return Enum.valueOf((Class<Enum>) type, (String) value);
    }
    return value;
  }
}
