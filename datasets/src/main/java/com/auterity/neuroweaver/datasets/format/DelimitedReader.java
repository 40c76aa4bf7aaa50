package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.BadValueException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.TextValues;
import com.auterity.neuroweaver.datasets.schema.TypeInference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Rows of a CSV or tab-separated file. An empty cell is null, whatever its column's type. */
final class DelimitedReader extends TextRows {
  private final DelimitedRecords records;
  private final Meanings meanings;

  private DelimitedReader(
      DelimitedRecords records, RejectedRows rejected, Schema schema, Typed typed, int maxCell) {
    super(schema, typed.records(), typed.valueless(), rejected, maxCell);
    this.records = records;
    this.meanings = new Meanings(schema, typed.columns());
  }

  static DelimitedReader open(Path file, FileOptions options, RejectedRows rejected) {
    Typed typed = typed(file, options);
    Schema schema =
        new Schema(typed.columns().stream().map(column -> column.column(null)).toList());
    return new DelimitedReader(start(file, options), rejected, schema, typed, options.maxCell());
  }

  @Override
  public long line() {
    return records.line();
  }

  @Override
  boolean advance() {
    return records.advance();
  }

  @Override
  public void close() {
    records.close();
  }

  @Override
  Row row(long at) {
    List<Column> columns = schema.columns();
    if (records.width() != columns.size()) {
      rejected.add(
          records.line(),
          RejectedRows.FIELD_COUNT,
          "expected " + columns.size() + " cells, found " + records.width(),
          records::cells);
      return null;
    }
    Object[] values = new Object[columns.size()];
    for (int i = 0; i < values.length; i++) {
      Column column = columns.get(i);
      String cell = records.cell(i);
      if (cell == null) {
        if (!column.nullable()) {
          rejected.add(
              records.line(),
              RejectedRows.MISSING_VALUE,
              column.name() + ": has no value",
              records::cells);
          return null;
        }
        continue;
      }
      if (cell.length() > maxCell) {
        rejected.add(
            records.line(),
            RejectedRows.TOO_LONG,
            DatasetFile.tooLong(column.name(), cell.length(), maxCell),
            records::cells);
        return null;
      }
      try {
        values[i] = TextValues.parse(column.type(), cell);
      } catch (BadValueException e) {
        rejected.add(
            records.line(),
            RejectedRows.BAD_VALUE,
            column.name() + ": " + e.getMessage(),
            records::cells);
        return null;
      }
      String fault = meanings.has(i) ? meanings.fault(i, values[i]) : null;
      if (fault != null) {
        rejected.add(records.line(), meanings.reason(i), fault, records::cells);
        return null;
      }
    }
    return new Row(at, values);
  }

  /** Positioned at the first record of data. */
  private static DelimitedRecords start(Path file, FileOptions options) {
    DelimitedRecords records = new DelimitedRecords(file, options);
    if (options.header()) {
      records.advance();
    }
    return records;
  }

  /** Shows every cell of every record of the right width to its column's inference. */
  static long infer(Path file, FileOptions options, List<TypeInference> types) {
    return DelimitedBatches.takes(file, options)
        ? DelimitedBatches.infer(file, options, types)
        : inferByRecord(file, options, types);
  }

  /** {@link #infer} of any file, with an object for each cell. */
  static long inferByRecord(Path file, FileOptions options, List<TypeInference> types) {
    long count = 0;
    try (DelimitedRecords records = start(file, options)) {
      while (records.advance()) {
        count++;
        if (records.width() != types.size()) {
          continue;
        }
        for (int i = 0; i < types.size(); i++) {
          String cell = records.cell(i);
          if (cell != null) {
            types.get(i).text(cell);
          }
        }
      }
    }
    return count;
  }

  /** The columns, with the types that are inferred where none is declared. */
  static Typed typed(Path file, FileOptions options) {
    List<ColumnDeclaration> columns = columns(file, options);
    if (columns.stream().allMatch(column -> column.type() != null)) {
      return new Typed(columns, 0, Set.of());
    }
    List<TypeInference> types = Stream.generate(TypeInference::new).limit(columns.size()).toList();
    long count = infer(file, options, types);
    List<ColumnDeclaration> typed = new ArrayList<>();
    Set<String> valueless = new HashSet<>();
    for (int i = 0; i < types.size(); i++) {
      ColumnDeclaration column = columns.get(i);
      if (column.type() == null && !types.get(i).seen()) {
        valueless.add(column.name());
      }
      typed.add(
          column.type() != null
              ? column
              : new ColumnDeclaration(
                  column.name(), types.get(i).type(), column.semantic(), column.nullable()));
    }
    return new Typed(typed, count, valueless);
  }

  /**
   * Columns that all have a type.
   *
   * @param records how many there are in the file, or 0 when it was not read for that
   * @param valueless columns without any value, whose type is a guess
   */
  record Typed(List<ColumnDeclaration> columns, long records, Set<String> valueless) {}

  /** The columns with what is declared of them; reads no further than the first row. */
  static List<ColumnDeclaration> columns(Path file, FileOptions options) {
    try (DelimitedRecords records = new DelimitedRecords(file, options)) {
      if (!records.advance()) {
        throw DatasetFile.refused(file, "is empty: it has no line with text");
      }
      if (!options.header()) {
        DatasetFile.checkWidth(file, records.width());
        return options.columns().isEmpty() ? madeUp(records.width()) : options.columns();
      }
      List<String> names = header(file, records);
      if (!records.advance()) {
        throw DatasetFile.refused(
            file,
            "has no row: there is nothing after its header; if line 1 is data, set header: false");
      }
      return DeclaredColumns.over(file, names, options.columns());
    }
  }

  /** How many cells the first record has. */
  static int width(Path file, FileOptions options) {
    try (DelimitedRecords records = new DelimitedRecords(file, options)) {
      if (!records.advance()) {
        throw DatasetFile.refused(file, "is empty: it has no line with text");
      }
      return records.width();
    }
  }

  private static List<ColumnDeclaration> madeUp(int width) {
    List<ColumnDeclaration> columns = new ArrayList<>();
    for (int i = 1; i <= width; i++) {
      columns.add(ColumnDeclaration.named("column_" + i));
    }
    return columns;
  }

  private static List<String> header(Path file, DelimitedRecords records) {
    DatasetFile.checkWidth(file, records.width());
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < records.width(); i++) {
      String name = records.cell(i) == null ? "" : records.cell(i).strip();
      if (name.isEmpty()) {
        throw DatasetFile.refused(
            file, records.line(), "column " + (i + 1) + " of the header has no name", null);
      }
      if (!names.add(name)) {
        throw DatasetFile.refused(
            file, records.line(), "the header names column " + name + " twice", null);
      }
    }
    return List.copyOf(names);
  }
}
