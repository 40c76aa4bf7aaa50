package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Figures of a dataset's columns: values and nulls, distinct values (exact up to 2,047, beyond that
 * an estimate with a standard error of 1.6%), how often each occurs where they are few, least and
 * greatest, of numbers mean, deviation, quantiles and correlations, of texts lengths, words and
 * what they can be read as. Profiles of parts merge into the profile of the whole, the same figures
 * whatever the parts and their order: sums are exact, and what is estimated depends on the values
 * alone. A column takes 60 KB at most. Not thread-safe.
 */
public final class DatasetProfile {
  private final Schema schema;
  private final List<ColumnProfile> columns = new ArrayList<>();
  private final Correlations correlations;
  private long rows;

  private DatasetProfile(Schema schema) {
    this.schema = schema;
    this.correlations = new Correlations(schema);
    schema.columns().forEach(column -> columns.add(new ColumnProfile(column)));
  }

  /** A profile of no rows. */
  public static DatasetProfile of(Schema schema) {
    return new DatasetProfile(schema);
  }

  /** What {@link #toBytes} made. */
  public static DatasetProfile ofBytes(byte[] bytes) {
    State state = RecordCodec.decode(bytes, State.class);
    DatasetProfile profile = of(state.schema());
    profile.add(state);
    return profile;
  }

  public long rows() {
    return rows;
  }

  public void add(Row row) {
    rows++;
    for (int i = 0; i < columns.size(); i++) {
      columns.get(i).add(row.get(i));
    }
    correlations.add(row);
  }

  /** Takes in the rows of another part of the same dataset, or of one of the same columns. */
  public void merge(DatasetProfile other) {
    String difference = difference(schema, other.schema);
    if (difference != null) {
      throw new IllegalArgumentException(
          "profiles of different columns do not merge: " + difference);
    }
    add(other.state());
  }

  /** Why profiles of datasets of these columns do not merge; null when they do. */
  public static String difference(Schema one, Schema two) {
    if (!one.names().equals(two.names())) {
      return "its columns are " + two.names() + ", not " + one.names();
    }
    for (int i = 0; i < one.columns().size(); i++) {
      ColumnType type = two.columns().get(i).type();
      if (type != one.columns().get(i).type()) {
        return "its column %s is of %s, not %s"
            .formatted(two.columns().get(i).name(), type, one.columns().get(i).type());
      }
    }
    return null;
  }

  public byte[] toBytes() {
    return RecordCodec.encode(state());
  }

  /**
   * {@code {rows, columns: [{name, type, count, nulls, distinct, distinct_exact, min, max ...}],
   * correlations: [{columns, rows, r}]}}.
   */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("rows", rows);
    ArrayNode list = json.putArray("columns");
    columns.forEach(column -> column.write(list.addObject()));
    correlations.write(
        json.putArray("correlations"),
        columns.stream().map(ColumnProfile::moments).collect(Collectors.toList()));
    if (correlations.leftOut() > 0) {
      json.put("correlations_left_out", correlations.leftOut());
    }
    return json;
  }

  /** A quantile of a numeric column, as in {@link #toJson}; null without a finite number. */
  public Double quantile(String column, double share) {
    return columns.get(schema.indexOf(column).orElseThrow()).quantile(share);
  }

  /** Within which share of its value a quantile of the column lies. */
  public double quantileError(String column) {
    return columns.get(schema.indexOf(column).orElseThrow()).quantileError();
  }

  private State state() {
    return new State(
        schema, rows, columns.stream().map(ColumnProfile::state).toList(), correlations.state());
  }

  private void add(State state) {
    rows += state.rows();
    for (int i = 0; i < columns.size(); i++) {
      columns.get(i).add(state.columns().get(i));
    }
    correlations.add(state.correlations());
  }

  record State(
      Schema schema,
      long rows,
      List<ColumnProfile.State> columns,
      List<Correlations.PairState> correlations) {}
}
