package com.auterity.neuroweaver.datasets.schema;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows held in columns, each row with its ordinal in the source. What readers of large files give
 * and what chunks are made of. Not thread-safe.
 */
public final class RowBatch {
  private final Schema schema;
  private final List<ColumnValues> columns;
  private long[] ordinals;
  private int rows;

  public RowBatch(Schema schema, int capacity) {
    this(
        schema,
        new long[capacity],
        schema.columns().stream()
            .map(column -> new ColumnValues(column.type(), capacity))
            .toList());
  }

  private RowBatch(Schema schema, long[] ordinals, List<ColumnValues> columns) {
    this.schema = schema;
    this.ordinals = ordinals;
    this.columns = columns;
  }

  /** An empty batch with room for as much as this one holds, and some more. */
  public RowBatch roomLike() {
    return new RowBatch(
        schema,
        new long[rows + (rows >> 3)],
        columns.stream().map(ColumnValues::roomLike).toList());
  }

  /**
   * @throws NeuroWeaverException as {@link #add}
   */
  public static RowBatch of(Schema schema, List<Row> rows) {
    RowBatch batch = new RowBatch(schema, rows.size());
    rows.forEach(batch::add);
    return batch;
  }

  public Schema schema() {
    return schema;
  }

  public int rows() {
    return rows;
  }

  public long ordinal(int row) {
    return ordinals[row];
  }

  /** Column c; every column has {@link #rows()} values once a row is whole. */
  public ColumnValues column(int c) {
    return columns.get(c);
  }

  /**
   * Adds a row.
   *
   * @throws NeuroWeaverException INVALID_INPUT when a value is not of its column's type, or null
   *     where the column is not nullable; the batch then is as before
   */
  public void add(Row row) {
    if (row.size() != columns.size()) {
      throw NeuroWeaverException.invalid(
          "row "
              + row.ordinal()
              + " has "
              + row.size()
              + " values, its schema "
              + columns.size()
              + " columns");
    }
    for (int c = 0; c < columns.size(); c++) {
      String wrong = put(c, row.get(c));
      if (wrong != null) {
        dropCells(c);
        throw NeuroWeaverException.invalid(
            "row "
                + row.ordinal()
                + ", column "
                + schema.columns().get(c).name()
                + ": expected "
                + columns.get(c).type()
                + ", found "
                + wrong);
      }
    }
    endRow(row.ordinal());
  }

  /** Adds a value to a column; what was found instead when it does not fit there. */
  private String put(int c, Object value) {
    if (value == null && !schema.columns().get(c).nullable()) {
      return "null, but the column is not nullable";
    }
    try {
      columns.get(c).add(value);
      return null;
    } catch (ClassCastException e) {
      return "a " + value.getClass().getSimpleName() + ": " + value;
    } catch (ArithmeticException e) {
      return "out of range: " + value;
    }
  }

  /** Takes back the values of an unfinished row from the first so many columns. */
  public void dropCells(int count) {
    for (int c = 0; c < count; c++) {
      columns.get(c).removeLast();
    }
  }

  /** Makes the values that were added to every column since the last row a row. */
  public void endRow(long ordinal) {
    if (rows == ordinals.length) {
      ordinals = Arrays.copyOf(ordinals, Math.max(16, rows + (rows >> 1)));
    }
    ordinals[rows++] = ordinal;
  }

  /** Appends rows of another batch of this schema: those at places first to last of {@code at}. */
  public void append(RowBatch from, int[] at, int first, int last) {
    int count = last - first;
    if (rows + count > ordinals.length) {
      ordinals = Arrays.copyOf(ordinals, Math.max(rows + count, rows + (rows >> 1)));
    }
    for (int i = first; i < last; i++) {
      ordinals[rows + i - first] = from.ordinals[at[i]];
    }
    for (int c = 0; c < columns.size(); c++) {
      columns.get(c).append(from.columns.get(c), at, first, last);
    }
    rows += count;
  }

  /**
   * The same rows with only these columns, in this order; shares its values with this batch, so
   * neither is changed afterwards.
   */
  public RowBatch select(List<String> names) {
    Schema selected = schema.select(names);
    List<ColumnValues> values =
        names.stream().map(name -> columns.get(schema.indexOf(name).getAsInt())).toList();
    RowBatch batch = new RowBatch(selected, ordinals, values);
    batch.rows = rows;
    return batch;
  }

  /** A batch of its own with the rows at places first to last of {@code at}. */
  public RowBatch rows(int[] at, int first, int last) {
    RowBatch some = new RowBatch(schema, last - first);
    some.append(this, at, first, last);
    return some;
  }

  /** Bytes of a row in columns: 8 for each value, and its texts. */
  public int weight(int row) {
    int sum = 8 * (1 + columns.size());
    for (ColumnValues column : columns) {
      if (column.type() == ColumnType.STRING) {
        sum += column.end(row) - column.start(row);
      }
    }
    return sum;
  }

  /** Bytes of all texts. */
  public long textBytes() {
    return columns.stream()
        .filter(column -> column.type() == ColumnType.STRING)
        .mapToLong(column -> column.start(rows))
        .sum();
  }

  /** The weight of each row. */
  public int[] weights() {
    int[] weights = new int[rows];
    Arrays.fill(weights, 8 * (1 + columns.size()));
    for (ColumnValues column : columns) {
      if (column.type() == ColumnType.STRING) {
        int[] ends = column.ends();
        int start = 0;
        for (int r = 0; r < rows; r++) {
          weights[r] += ends[r] - start;
          start = ends[r];
        }
      }
    }
    return weights;
  }

  public Row row(int row) {
    Object[] values = new Object[columns.size()];
    for (int c = 0; c < values.length; c++) {
      values[c] = columns.get(c).get(row);
    }
    return new Row(ordinals[row], values);
  }

  /** All rows as objects, made one by one when they are asked for. */
  public List<Row> asRows() {
    return new AbstractList<>() {
      @Override
      public Row get(int index) {
        return row(index);
      }

      @Override
      public int size() {
        return rows;
      }
    };
  }

  /** Removes all rows; the room stays. */
  public void clear() {
    rows = 0;
    columns.forEach(ColumnValues::clear);
  }
}
