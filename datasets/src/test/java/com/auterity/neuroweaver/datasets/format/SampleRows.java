package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** Rows of every type, with nulls, for files that are written and read back. */
final class SampleRows {
  static final Schema SCHEMA =
      new Schema(
          List.of(
              new Column("id", ColumnType.INT64, false, SemanticType.NONE),
              Column.of("text with ünicode", ColumnType.STRING),
              Column.of("x", ColumnType.FLOAT64),
              Column.of("ok", ColumnType.BOOL),
              Column.of("day", ColumnType.DATE),
              Column.of("at", ColumnType.TIMESTAMP)));

  static final List<ColumnType> TYPES = SCHEMA.columns().stream().map(Column::type).toList();

  private SampleRows() {}

  static List<Row> rows(int count) {
    List<Row> rows = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      boolean some = i % 3 != 0;
      rows.add(
          new Row(
              i,
              i * 31,
              some ? "text ü€😀 " + i % 50 : null,
              some ? i / 7.0 : null,
              some ? i % 2 == 0 : null,
              some ? LocalDate.ofEpochDay(i - 5_000) : null,
              some ? Instant.ofEpochSecond(-i, i * 1_000) : null));
    }
    return rows;
  }

  /** Writes the rows and closes the file. */
  static void write(List<Row> rows, RowWriter writer) throws IOException {
    try (writer) {
      for (Row row : rows) {
        writer.write(row);
      }
    }
  }
}
