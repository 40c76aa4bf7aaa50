package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.datasets.schema.Row;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** Rows as values, numbered from {@code first}. */
final class TypedRows implements RowSink {
  private final List<Row> rows = new ArrayList<>();
  private final int width;
  private final long first;
  private Object[] values;
  private int at;

  TypedRows(int width, long first) {
    this.width = width;
    this.first = first;
    this.values = new Object[width];
  }

  List<Row> rows() {
    return rows;
  }

  @Override
  public void text(byte[] bytes, int length) {
    values[at++] = new String(bytes, 0, length, StandardCharsets.US_ASCII);
  }

  @Override
  public void whole(long value) {
    values[at++] = value;
  }

  @Override
  public void hundredths(long value) {
    values[at++] = value / 100.0;
  }

  @Override
  public void truth(boolean value) {
    values[at++] = value;
  }

  @Override
  public void date(int epochDay) {
    values[at++] = LocalDate.ofEpochDay(epochDay);
  }

  @Override
  public void timestamp(long epochSecond) {
    values[at++] = Instant.ofEpochSecond(epochSecond);
  }

  @Override
  public void missing() {
    values[at++] = null;
  }

  @Override
  public void endRow() {
    if (at != width) {
      throw new IllegalStateException("a row has " + at + " cells instead of " + width);
    }
    rows.add(new Row(first + rows.size(), values));
    values = new Object[width];
    at = 0;
  }
}
