package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import java.util.List;
import java.util.SplittableRandom;

/** An operation that rewrites each text of some columns by itself. */
record TextOperation(String name, List<Integer> texts, Rewriting rewriting)
    implements AugmentOperation {
  interface Rewriting {
    String of(String text, SplittableRandom random);
  }

  @Override
  public Row apply(Row row, SplittableRandom random) {
    Row result = row;
    for (int column : texts) {
      // Each column has draws of its own, however many the one before took.
      SplittableRandom own = random.split();
      String before = row.text(column);
      if (before != null) {
        String after = rewriting.of(before, own);
        if (!after.equals(before)) {
          result = result.with(column, after);
        }
      }
    }
    return result;
  }
}
