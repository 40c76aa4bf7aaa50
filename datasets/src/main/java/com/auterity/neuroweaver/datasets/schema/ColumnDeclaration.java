package com.auterity.neuroweaver.datasets.schema;

import java.util.Objects;

/**
 * What a user says of one column of a file; {@code type} is null where it shall be inferred.
 *
 * @param nullable false when a row without a value is to be rejected
 */
public record ColumnDeclaration(
    String name, ColumnType type, SemanticType semantic, boolean nullable) {
  public ColumnDeclaration {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(semantic, "semantic");
    if (name.isBlank()) {
      throw new IllegalArgumentException("a column needs a name");
    }
  }

  /** Name only: everything else is inferred. */
  public static ColumnDeclaration named(String name) {
    return new ColumnDeclaration(name, null, SemanticType.NONE, true);
  }

  /** All of a column that is known already. */
  public static ColumnDeclaration of(Column column) {
    return new ColumnDeclaration(
        column.name(), column.type(), column.semantic(), column.nullable());
  }

  /** The column, of the declared type or else the inferred one. */
  public Column column(ColumnType inferred) {
    return new Column(name, type == null ? inferred : type, nullable, semantic);
  }
}
