package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Pearson's correlation of each pair of numeric columns over the rows in which both have a number.
 * Sums are exact, so parts merge to the same figures in any order, and columns far from zero lose
 * nothing. A table's first {@link #MOST_COLUMNS} numeric columns are paired: the work for a row
 * grows with their square.
 */
final class Correlations {
  static final int MOST_COLUMNS = 16;

  private final Schema schema;
  private final int[] columns;
  private final int numeric;
  private final double[] values;
  private final Pair[][] pairs;

  Correlations(Schema schema) {
    this.schema = schema;
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < schema.columns().size(); i++) {
      ColumnType type = schema.columns().get(i).type();
      if (type == ColumnType.INT64 || type == ColumnType.FLOAT64) {
        found.add(i);
      }
    }
    numeric = found.size();
    columns = found.stream().limit(MOST_COLUMNS).mapToInt(Integer::intValue).toArray();
    values = new double[columns.length];
    pairs = new Pair[columns.length][];
    for (int i = 0; i < columns.length; i++) {
      pairs[i] = new Pair[i];
      for (int j = 0; j < i; j++) {
        pairs[i][j] = new Pair();
      }
    }
  }

  /** Columns that are in no pair. */
  int leftOut() {
    return numeric - columns.length;
  }

  void add(Row row) {
    if (columns.length < 2) {
      return;
    }
    for (int i = 0; i < columns.length; i++) {
      Object value = row.get(columns[i]);
      double number = value == null ? Double.NaN : ((Number) value).doubleValue();
      values[i] = Math.abs(number) <= Moments.MOST ? number : Double.NaN;
    }
    for (int i = 1; i < columns.length; i++) {
      double one = values[i];
      for (int j = 0; j < i; j++) {
        pairs[i][j].add(one, values[j]);
      }
    }
  }

  void add(List<PairState> states) {
    int at = 0;
    for (Pair[] row : pairs) {
      for (Pair pair : row) {
        pair.add(states.get(at++));
      }
    }
  }

  List<PairState> state() {
    List<PairState> states = new ArrayList<>();
    for (Pair[] row : pairs) {
      for (Pair pair : row) {
        states.add(pair.state());
      }
    }
    return states;
  }

  /**
   * {@code [{columns: [a, b], rows, r}]} of the pairs for which there is one: two rows at least,
   * neither column constant.
   *
   * @param moments of each column of the schema, null where it is not numeric
   */
  void write(ArrayNode into, List<Moments> moments) {
    for (int j = 0; j < columns.length; j++) {
      for (int i = j + 1; i < columns.length; i++) {
        Moments one = moments.get(columns[i]);
        Moments two = moments.get(columns[j]);
        Double r = one.incomplete() || two.incomplete() ? null : pairs[i][j].pearson(one, two);
        if (r != null) {
          Column first = schema.columns().get(columns[j]);
          Column second = schema.columns().get(columns[i]);
          var pair = into.addObject();
          pair.putArray("columns").add(first.name()).add(second.name());
          pair.put("rows", pairs[i][j].rows).put("r", r);
        }
      }
    }
  }

  /** Of two columns: the sum of products, and of each what lies where the other has nothing. */
  private static final class Pair {
    private final ExactSum products = new ExactSum();
    private long rows;
    private Moments oneAlone;
    private Moments twoAlone;

    void add(double one, double two) {
      if (!Double.isNaN(one) && !Double.isNaN(two)) {
        rows++;
        if (one != 0 && two != 0) {
          products.addProduct(one, two);
        }
      } else if (!Double.isNaN(one)) {
        oneAlone = oneAlone == null ? new Moments() : oneAlone;
        oneAlone.add(one);
      } else if (!Double.isNaN(two)) {
        twoAlone = twoAlone == null ? new Moments() : twoAlone;
        twoAlone.add(two);
      }
    }

    void add(PairState state) {
      rows += state.rows();
      products.add(ExactSum.ofBytes(state.products()));
      oneAlone = merged(oneAlone, state.oneAlone());
      twoAlone = merged(twoAlone, state.twoAlone());
    }

    private static Moments merged(Moments moments, Moments.State state) {
      if (moments == null || state == null) {
        return state == null ? moments : Moments.of(state);
      }
      moments.add(state);
      return moments;
    }

    PairState state() {
      return new PairState(
          rows,
          products.toBytes(),
          oneAlone == null ? null : oneAlone.state(),
          twoAlone == null ? null : twoAlone.state());
    }

    /** Null when it is not defined. */
    Double pearson(Moments one, Moments two) {
      if (rows < 2) {
        return null;
      }
      BigInteger n = BigInteger.valueOf(rows);
      BigInteger x = one.sum().subtract(oneAlone == null ? BigInteger.ZERO : oneAlone.sum());
      BigInteger y = two.sum().subtract(twoAlone == null ? BigInteger.ZERO : twoAlone.sum());
      BigInteger xx =
          one.squares().subtract(oneAlone == null ? BigInteger.ZERO : oneAlone.squares());
      BigInteger yy =
          two.squares().subtract(twoAlone == null ? BigInteger.ZERO : twoAlone.squares());
      BigInteger spreads = Moments.spread(n, x, x, xx).multiply(Moments.spread(n, y, y, yy));
      if (spreads.signum() <= 0) {
        return null;
      }
      BigInteger together = Moments.spread(n, x, y, products.scaled());
      double square = ExactSum.quotient(together.multiply(together), spreads, 0);
      return together.signum() * Math.min(1, Math.sqrt(square));
    }
  }

  /** The figures of one pair as they travel. */
  record PairState(long rows, byte[] products, Moments.State oneAlone, Moments.State twoAlone) {}
}
