package com.auterity.neuroweaver.datasets.schema;

import java.util.Objects;

/** One column of a dataset. */
public record Column(String name, ColumnType type, boolean nullable, SemanticType semantic) {
  public Column {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(semantic, "semantic");
    if (name.isBlank()) {
      throw new IllegalArgumentException("a column needs a name");
    }
  }

  public static Column of(String name, ColumnType type) {
    return new Column(name, type, true, SemanticType.NONE);
  }
}
