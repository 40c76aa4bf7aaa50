package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.Set;

/** Rows of a text file whose columns are known, record by record. */
abstract class TextRows implements RowReader {
  final Schema schema;
  final RejectedRows rejected;
  final int maxCell;
  private final long records;
  private final Set<String> valueless;
  private long ordinal;

  TextRows(Schema schema, long records, Set<String> valueless, RejectedRows rejected, int maxCell) {
    this.schema = schema;
    this.records = records;
    this.valueless = valueless;
    this.rejected = rejected;
    this.maxCell = maxCell;
  }

  /** Goes to the next record; false at the end. */
  abstract boolean advance();

  /** The record's row; null when it is rejected. */
  abstract Row row(long at);

  @Override
  public final Schema schema() {
    return schema;
  }

  @Override
  public final long records() {
    return records;
  }

  @Override
  public final Set<String> valueless() {
    return valueless;
  }

  @Override
  public final Row next() {
    while (advance()) {
      Row row = row(ordinal++);
      if (row != null) {
        return row;
      }
    }
    return null;
  }
}
