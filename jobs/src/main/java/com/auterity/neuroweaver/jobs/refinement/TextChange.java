package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import java.util.List;
import java.util.function.UnaryOperator;

/** What stages that rewrite texts share. */
final class TextChange {
  private TextChange() {}

  /** The row with its texts in these columns rewritten; counted when that changed one. */
  static Row of(
      Row row, List<Integer> columns, String stage, Tally tally, UnaryOperator<String> by) {
    Row result = row;
    for (int column : columns) {
      String before = row.text(column);
      if (before != null) {
        String after = by.apply(before);
        if (!after.equals(before)) {
          result = result.with(column, after);
        }
      }
    }
    if (result != row) {
      tally.changed(stage);
    }
    return result;
  }
}
