package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.Set;

/** The rows of another reader, each as it is, changed or rejected. */
abstract class DerivedRows implements RowReader {
  final RowReader rows;

  DerivedRows(RowReader rows) {
    this.rows = rows;
  }

  /** What becomes of a row; null when it is rejected. */
  abstract Row derived(Row row);

  @Override
  public Schema schema() {
    return rows.schema();
  }

  @Override
  public final long records() {
    return rows.records();
  }

  @Override
  public final long line() {
    return rows.line();
  }

  @Override
  public final Set<String> valueless() {
    return rows.valueless();
  }

  @Override
  public final Row next() {
    Row row;
    while ((row = rows.next()) != null) {
      Row derived = derived(row);
      if (derived != null) {
        return derived;
      }
    }
    return null;
  }

  @Override
  public final void close() {
    rows.close();
  }
}
