package com.auterity.neuroweaver.datasets.filter;

import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which rows are wanted, written like the condition of an SQL query: {@code make = 'Honda' and year
 * >= 2020}. A row is taken where the condition holds; where a null makes it unknown, it is not.
 * docs/guides/data-access.md has the whole language. Immutable.
 */
public final class RowFilter {
  private final Condition condition;

  private RowFilter(Condition condition) {
    this.condition = condition;
  }

  /**
   * @param where null takes every row
   * @throws com.auterity.neuroweaver.datasets.NeuroWeaverException INVALID_INPUT with the place
   *     (characters from 1), what was found there and what would be right
   */
  public static RowFilter parse(String where, Schema schema) {
    return new RowFilter(where == null ? null : new ConditionParser(where, schema).parse());
  }

  /** The names of the columns it reads. */
  public List<String> columns() {
    Set<String> names = new LinkedHashSet<>();
    if (condition != null) {
      condition.addColumns(names);
    }
    return List.copyOf(names);
  }

  /** The places of the rows it takes, ascending; the batch has at least its {@link #columns()}. */
  public int[] rows(RowBatch batch) {
    if (condition == null) {
      int[] all = new int[batch.rows()];
      for (int i = 0; i < all.length; i++) {
        all[i] = i;
      }
      return all;
    }
    long[] holds = condition.of(batch).holds();
    int count = 0;
    for (long word : holds) {
      count += Long.bitCount(word);
    }
    int[] rows = new int[count];
    int at = 0;
    for (int i = 0; i < holds.length; i++) {
      for (long word = holds[i]; word != 0; word &= word - 1) {
        rows[at++] = (i << 6) + Long.numberOfTrailingZeros(word);
      }
    }
    return rows;
  }
}
