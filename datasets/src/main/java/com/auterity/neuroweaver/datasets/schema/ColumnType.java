package com.auterity.neuroweaver.datasets.schema;

/** Physical type of a column, and the Java class its values have in a {@link Row}. */
public enum ColumnType {
  /** {@link String}, UTF-8. */
  STRING,
  /** {@link Long}. */
  INT64,
  /** {@link Double}. */
  FLOAT64,
  /** {@link Boolean}. */
  BOOL,
  /** {@link java.time.LocalDate}. */
  DATE,
  /** {@link java.time.Instant}, microseconds, UTC. */
  TIMESTAMP
}
