package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.io.IOException;
import java.io.Writer;

/**
 * Rows as CSV (RFC 4180, but lines end in a line feed). No value and an empty text are the same
 * empty cell; quotes stand only where they are needed.
 */
final class DelimitedWriter implements RowWriter {
  private final Writer out;

  DelimitedWriter(Writer out, Schema schema) throws IOException {
    this.out = out;
    for (int i = 0; i < schema.columns().size(); i++) {
      cell(i, schema.columns().get(i).name());
    }
    out.write('\n');
  }

  @Override
  public void write(Row row) throws IOException {
    if (row.size() == 1 && (row.get(0) == null || row.text(0).isEmpty())) {
      // An empty line would be no record.
      out.write("\"\"");
    } else {
      for (int i = 0; i < row.size(); i++) {
        cell(i, row.get(i) == null ? "" : row.text(i));
      }
    }
    out.write('\n');
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private void cell(int index, String text) throws IOException {
    if (index > 0) {
      out.write(',');
    }
    if (quoted(index, text)) {
      out.write('"');
      out.write(text.replace("\"", "\"\""));
      out.write('"');
    } else {
      out.write(text);
    }
  }

  /** The mark would be skipped at the beginning of the file. */
  private static boolean quoted(int index, String text) {
    return text.indexOf(',') >= 0
        || text.indexOf('"') >= 0
        || text.indexOf('\n') >= 0
        || text.indexOf('\r') >= 0
        || (index == 0 && text.startsWith("\ufeff"));
  }
}
