package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.Set;

/**
 * Streams the rows of one file in its order, in constant memory. A row's ordinal is its record's
 * 0-based place in the file, rejected ones counted. Not thread-safe.
 */
public interface RowReader extends AutoCloseable {
  Schema schema();

  /**
   * The next row that can be taken, or null at the end; rows that cannot are counted.
   *
   * @throws com.auterity.neuroweaver.datasets.NeuroWeaverException INVALID_INPUT naming file and
   *     place when the rest of the file cannot be read
   */
  Row next();

  /** How many records the file has, rejected ones too; 0 while that is unknown. */
  long records();

  /** Where the row stands that {@link #next} gave last: its line, or its place from 1. */
  long line();

  /** Columns without any value, whose type is therefore a guess. */
  default Set<String> valueless() {
    return Set.of();
  }

  @Override
  void close();
}
