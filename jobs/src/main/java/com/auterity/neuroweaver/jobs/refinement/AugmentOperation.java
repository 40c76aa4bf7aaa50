package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import java.util.List;
import java.util.SplittableRandom;

/** One way to make another row of a row. Thread-safe. */
interface AugmentOperation {
  /** As written in the recipe. */
  String name();

  /** Places of the columns beside the stage's that it changes. */
  default List<Integer> columns() {
    return List.of();
  }

  /** The row changed; the same when nothing was changed, null when the row is not fit for it. */
  Row apply(Row row, SplittableRandom random);
}
