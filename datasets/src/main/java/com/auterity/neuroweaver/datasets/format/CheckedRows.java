package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.Set;

/** The rows of another reader whose values are what their columns are declared to mean. */
final class CheckedRows implements RowReader {
  private final RowReader rows;
  private final RejectedRows rejected;
  private final Meanings meanings;

  CheckedRows(RowReader rows, Meanings meanings, RejectedRows rejected) {
    this.rows = rows;
    this.rejected = rejected;
    this.meanings = meanings;
  }

  @Override
  public Schema schema() {
    return rows.schema();
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
      if (holds(row)) {
        return row;
      }
    }
    return null;
  }

  @Override
  public void close() {
    rows.close();
  }

  private boolean holds(Row row) {
    for (int i = 0; i < row.size(); i++) {
      String fault = row.get(i) == null || !meanings.has(i) ? null : meanings.fault(i, row.get(i));
      if (fault != null) {
        rejected.add(line(), meanings.reason(i), fault, () -> ReshapedRows.named(schema(), row));
        return false;
      }
    }
    return true;
  }
}
