package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Column;

/** What becomes of a value that a stage cannot read. */
enum Unreadable {
  REJECT,
  NULL,
  KEEP;

  /** The knob {@code unreadable} of a stage that writes into {@code column}. */
  static Unreadable of(Knobs knobs) {
    return knobs.choice("unreadable", Unreadable.class, REJECT);
  }

  void checkFor(Column column, Knobs knobs) {
    if (this == NULL && !column.nullable()) {
      throw Knobs.invalid(
          knobs.place() + ".unreadable",
          "is null, but the column " + column.name() + " always has a value",
          "reject or keep");
    }
  }
}
