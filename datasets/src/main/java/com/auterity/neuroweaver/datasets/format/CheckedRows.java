package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Row;

/** The rows of another reader whose values are what their columns are declared to mean. */
final class CheckedRows extends DerivedRows {
  private final RejectedRows rejected;
  private final Meanings meanings;

  CheckedRows(RowReader rows, Meanings meanings, RejectedRows rejected) {
    super(rows);
    this.rejected = rejected;
    this.meanings = meanings;
  }

  @Override
  Row derived(Row row) {
    for (int i = 0; i < row.size(); i++) {
      String fault = row.get(i) == null || !meanings.has(i) ? null : meanings.fault(i, row.get(i));
      if (fault != null) {
        rejected.add(line(), meanings.reason(i), fault, () -> schema().byName(row));
        return null;
      }
    }
    return row;
  }
}
