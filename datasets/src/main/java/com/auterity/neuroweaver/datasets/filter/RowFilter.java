package com.auterity.neuroweaver.datasets.filter;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which rows are wanted, written like the condition of an SQL query: {@code make = 'Honda' and year
 * >= 2020 and sold >= bought}. A row is taken where the condition holds; where a null makes it
 * unknown, it is not. docs/guides/data-access.md has the whole language. Immutable.
 */
public final class RowFilter {
  private final Condition condition;
  private final Schema read;
  private final int[] places;

  private RowFilter(Condition condition, Schema schema) {
    this.condition = condition;
    this.places = columns().stream().mapToInt(name -> schema.indexOf(name).orElseThrow()).toArray();
    this.read = new Schema(Arrays.stream(places).mapToObj(schema.columns()::get).toList());
  }

  /**
   * @param where null takes every row
   * @throws com.auterity.neuroweaver.datasets.NeuroWeaverException INVALID_INPUT with the place
   *     (characters from 1), what was found there and what would be right
   */
  public static RowFilter parse(String where, Schema schema) {
    return new RowFilter(where == null ? null : new ConditionParser(where, schema).parse(), schema);
  }

  /** The names of the columns it reads. */
  public List<String> columns() {
    Set<String> names = new LinkedHashSet<>();
    if (condition != null) {
      condition.addColumns(names);
    }
    return List.copyOf(names);
  }

  /** Whether it takes a row of the schema it was parsed for. */
  public boolean holds(Row row) {
    return condition == null || isSet(truth(row).holds());
  }

  /** Whether a row's values contradict it; where a null makes it unknown, they do not. */
  public boolean fails(Row row) {
    return condition != null && isSet(truth(row).fails());
  }

  private Truth truth(Row row) {
    Object[] values = new Object[places.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.get(places[i]);
    }
    return condition.of(RowBatch.of(read, List.of(new Row(row.ordinal(), values))));
  }

  private static boolean isSet(long[] bits) {
    return (bits[0] & 1) != 0;
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
