package com.auterity.neuroweaver.datasets.filter;

import com.auterity.neuroweaver.datasets.schema.ColumnValues;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import java.util.List;
import java.util.Set;

/** A condition on rows, evaluated over the columns of a whole batch at once. */
sealed interface Condition {
  /** A new truth, which the caller may change. */
  Truth of(RowBatch batch);

  void addColumns(Set<String> names);

  /** Every operand holds. */
  record And(List<Condition> operands) implements Condition {
    @Override
    public Truth of(RowBatch batch) {
      Truth truth = operands.get(0).of(batch);
      operands.subList(1, operands.size()).forEach(operand -> truth.and(operand.of(batch)));
      return truth;
    }

    @Override
    public void addColumns(Set<String> names) {
      operands.forEach(operand -> operand.addColumns(names));
    }
  }

  /** One operand holds. */
  record Or(List<Condition> operands) implements Condition {
    @Override
    public Truth of(RowBatch batch) {
      Truth truth = operands.get(0).of(batch);
      operands.subList(1, operands.size()).forEach(operand -> truth.or(operand.of(batch)));
      return truth;
    }

    @Override
    public void addColumns(Set<String> names) {
      operands.forEach(operand -> operand.addColumns(names));
    }
  }

  /** The operand fails. */
  record Not(Condition operand) implements Condition {
    @Override
    public Truth of(RowBatch batch) {
      return operand.of(batch).not();
    }

    @Override
    public void addColumns(Set<String> names) {
      operand.addColumns(names);
    }
  }

  /** The column has no value; never unknown. */
  record IsNull(String column) implements Condition {
    @Override
    public Truth of(RowBatch batch) {
      return truth(batch, batch.column(place(batch, column)).nulls(), null);
    }

    @Override
    public void addColumns(Set<String> names) {
      names.add(column);
    }
  }

  /** The column's value passes a test; unknown where it has none. */
  record Passes(String column, ValueTest test) implements Condition {
    @Override
    public Truth of(RowBatch batch) {
      ColumnValues values = batch.column(place(batch, column));
      long[] passed = new long[batch.rows() + 63 >> 6];
      test.test(values, batch.rows(), passed);
      return truth(batch, passed, values.nullCount() == 0 ? null : values.nulls());
    }

    @Override
    public void addColumns(Set<String> names) {
      names.add(column);
    }
  }

  /** The column's value stands so to another column's; unknown where either has none. */
  record Compares(String column, Comparison comparison, String other) implements Condition {
    @Override
    public Truth of(RowBatch batch) {
      ColumnValues left = batch.column(place(batch, column));
      ColumnValues right = batch.column(place(batch, other));
      long[] passed = new long[batch.rows() + 63 >> 6];
      for (int i = 0; i < batch.rows(); i++) {
        if (!left.isNull(i) && !right.isNull(i) && ColumnOrder.holds(comparison, left, right, i)) {
          passed[i >> 6] |= 1L << i;
        }
      }
      long[] unknown = left.nulls().clone();
      for (int i = 0; i < passed.length; i++) {
        unknown[i] |= right.nulls()[i];
      }
      return truth(batch, passed, unknown);
    }

    @Override
    public void addColumns(Set<String> names) {
      names.add(column);
      names.add(other);
    }
  }

  private static int place(RowBatch batch, String column) {
    return batch.schema().indexOf(column).orElseThrow();
  }

  /** Bits of the rows there are; those in {@code unknown} are in neither. */
  private static Truth truth(RowBatch batch, long[] holds, long[] unknown) {
    int rows = batch.rows();
    Truth truth = Truth.ofWords(rows + 63 >> 6);
    for (int i = 0; i < truth.holds().length; i++) {
      int beyond = (i + 1) * 64 - rows;
      long known = beyond > 0 ? -1L >>> beyond : -1L;
      if (unknown != null) {
        known &= ~unknown[i];
      }
      truth.holds()[i] = holds[i] & known;
      truth.fails()[i] = ~holds[i] & known;
    }
    return truth;
  }
}
