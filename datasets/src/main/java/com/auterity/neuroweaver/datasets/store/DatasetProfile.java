package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Figures of a dataset's columns: values, nulls, distinct values (exact up to 4,095, beyond that an
 * estimate with a standard error of 1.6%), least and greatest, mean length of text. Profiles of
 * parts merge, in any order, into the profile of the whole. Not thread-safe.
 */
public final class DatasetProfile {
  private final Schema schema;
  private final List<ColumnProfile> columns = new ArrayList<>();
  private long rows;

  private DatasetProfile(Schema schema) {
    this.schema = schema;
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
  }

  /** Takes in the rows of another part of the same dataset. */
  public void merge(DatasetProfile other) {
    if (!other.schema.equals(schema)) {
      throw new IllegalArgumentException(
          "profiles of different columns do not merge: " + schema.names() + other.schema.names());
    }
    add(other.state());
  }

  public byte[] toBytes() {
    return RecordCodec.encode(state());
  }

  /**
   * {@code {rows, columns: [{name, type, count, nulls, distinct, distinct_exact, min, max ...}]}}.
   */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("rows", rows);
    ArrayNode list = json.putArray("columns");
    columns.forEach(column -> column.write(list.addObject()));
    return json;
  }

  private State state() {
    return new State(schema, rows, columns.stream().map(ColumnProfile::state).toList());
  }

  private void add(State state) {
    rows += state.rows();
    for (int i = 0; i < columns.size(); i++) {
      columns.get(i).add(state.columns().get(i));
    }
  }

  record State(Schema schema, long rows, List<ColumnProfile.State> columns) {}
}
