package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.Row;
import java.util.List;

/** One step of a recipe: a pure function of a row. Thread-safe. */
interface Stage {
  /** As written in the recipe. */
  String name();

  /** Places of the columns this stage may change. */
  default List<Integer> columns() {
    return List.of();
  }

  /** Columns this stage appends; rows come with room for them at the end, null so far. */
  default List<Column> added() {
    return List.of();
  }

  Verdict apply(Row row, Tally tally);
}
