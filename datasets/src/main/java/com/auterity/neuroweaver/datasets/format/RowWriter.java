package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Row;
import java.io.IOException;

/** Writes rows to one file, which is whole once {@link #close} has returned. Not thread-safe. */
public interface RowWriter extends AutoCloseable {
  void write(Row row) throws IOException;

  @Override
  void close() throws IOException;
}
