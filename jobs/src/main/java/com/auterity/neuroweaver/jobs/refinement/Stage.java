package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;

/** One step of a recipe: a pure function of a row. Thread-safe. */
interface Stage {
  /** As written in the recipe. */
  String name();

  Verdict apply(Row row, Tally tally);
}
