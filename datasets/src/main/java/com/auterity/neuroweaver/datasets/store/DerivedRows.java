package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;

/** Rows that were made from others, as they name them. */
public final class DerivedRows {
  /** The column with the ordinal of the row that a row was made from; null when it was not. */
  public static final String SOURCE_ORDINAL = "_source_ordinal";

  private final int column;

  public DerivedRows(Schema schema) {
    int found = schema.indexOf(SOURCE_ORDINAL).orElse(-1);
    column = found >= 0 && schema.columns().get(found).type() == ColumnType.INT64 ? found : -1;
  }

  /** The ordinal of the row this one was made from, or -1. */
  public long sourceOf(Row row) {
    return column < 0 || row.get(column) == null ? -1 : (Long) row.get(column);
  }
}
