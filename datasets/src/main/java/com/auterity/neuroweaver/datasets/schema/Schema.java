package com.auterity.neuroweaver.datasets.schema;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** The ordered columns of a dataset; names are unique. */
public record Schema(List<Column> columns) {
  public Schema {
    columns = List.copyOf(columns);
    Set<String> seen = new HashSet<>();
    for (Column column : columns) {
      if (!seen.add(column.name())) {
        throw new IllegalArgumentException("column named twice: " + column.name());
      }
    }
  }

  /** These columns only, in this order; each has to be one of this schema. */
  public Schema select(List<String> names) {
    return new Schema(
        names.stream()
            .map(
                name ->
                    columns.get(
                        indexOf(name)
                            .orElseThrow(() -> new IllegalArgumentException("no column " + name))))
            .toList());
  }

  public OptionalInt indexOf(String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(name)) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  /** A row's values by column, in order. */
  public Map<String, Object> byName(Row row) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      values.put(columns.get(i).name(), row.get(i));
    }
    return values;
  }

  public List<String> names() {
    return columns.stream().map(Column::name).toList();
  }
}
