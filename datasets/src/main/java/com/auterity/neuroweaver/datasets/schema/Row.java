package com.auterity.neuroweaver.datasets.schema;

import java.util.Arrays;

/**
 * One row: its ordinal in the source (stable through derivations) and its values in schema order,
 * each null or of the class {@link ColumnType} names. The array is not copied: whoever makes a row
 * gives it away, nobody changes it afterwards.
 */
public final class Row {
  private final long ordinal;
  private final Object[] values;

  public Row(long ordinal, Object... values) {
    this.ordinal = ordinal;
    this.values = values;
  }

  public long ordinal() {
    return ordinal;
  }

  public int size() {
    return values.length;
  }

  public Object get(int index) {
    return values[index];
  }

  /** The value as text, or null. */
  public String text(int index) {
    Object value = values[index];
    return value == null ? null : value.toString();
  }

  /** A copy with one value replaced. */
  public Row with(int index, Object value) {
    Object[] copy = values.clone();
    copy[index] = value;
    return new Row(ordinal, copy);
  }

  public Object[] toArray() {
    return values.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Row row && row.ordinal == ordinal && Arrays.equals(row.values, values);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(ordinal) * 31 + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return ordinal + Arrays.toString(values);
  }
}
