package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.BadValueException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.Widening;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rows of another reader under another schema: columns by name, types the same or wider. */
final class ReshapedRows implements RowReader {
  private final RowReader rows;
  private final RejectedRows rejected;
  private final Schema schema;
  private final int[] sources;
  private final boolean[] widened;

  /**
   * @param schema names columns the reader has, of types that hold theirs
   */
  ReshapedRows(RowReader rows, Schema schema, RejectedRows rejected) {
    this.rows = rows;
    this.rejected = rejected;
    this.schema = schema;
    List<Column> columns = schema.columns();
    sources = new int[columns.size()];
    widened = new boolean[columns.size()];
    for (int i = 0; i < sources.length; i++) {
      sources[i] = rows.schema().indexOf(columns.get(i).name()).orElseThrow();
      ColumnType from = rows.schema().columns().get(sources[i]).type();
      if (!Widening.allows(from, columns.get(i).type())) {
        throw new IllegalArgumentException(from + " is not widened to " + columns.get(i).type());
      }
      widened[i] = from != columns.get(i).type();
    }
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public long records() {
    return rows.records();
  }

  @Override
  public long line() {
    return rows.line();
  }

  @Override
  public Set<String> valueless() {
    return rows.valueless();
  }

  @Override
  public Row next() {
    Row row;
    while ((row = rows.next()) != null) {
      Row shaped = shaped(row);
      if (shaped != null) {
        return shaped;
      }
    }
    return null;
  }

  @Override
  public void close() {
    rows.close();
  }

  private Row shaped(Row row) {
    Object[] values = new Object[sources.length];
    for (int i = 0; i < values.length; i++) {
      Column column = schema.columns().get(i);
      Object value = row.get(sources[i]);
      if (value == null && !column.nullable()) {
        rejected.add(
            line(),
            RejectedRows.MISSING_VALUE,
            column.name() + ": has no value",
            () -> named(rows.schema(), row));
        return null;
      }
      try {
        values[i] = widened[i] ? Widening.convert(value, column.type()) : value;
      } catch (BadValueException e) {
        rejected.add(
            line(),
            RejectedRows.BAD_VALUE,
            column.name() + ": " + e.getMessage(),
            () -> named(rows.schema(), row));
        return null;
      }
    }
    return new Row(row.ordinal(), values);
  }

  /** The values by column, for who wants the whole row. */
  static Map<String, Object> named(Schema schema, Row row) {
    Map<String, Object> named = new LinkedHashMap<>();
    for (int i = 0; i < row.size(); i++) {
      named.put(schema.columns().get(i).name(), row.get(i));
    }
    return named;
  }
}
