package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Rows of a Parquet file, nested columns as JSON text, holding one row group at a time. */
final class ParquetRowReader implements RowReader {
  private final Path file;
  private final ParquetFileReader reader;
  private final MessageColumnIO columnIo;
  private final Schema schema;
  private final ParquetRows rows;
  private final RejectedRows rejected;
  private final int maxCell;
  private RecordReader<Object[]> group;
  private int nextGroup;
  private long left;
  private long ordinal;

  private ParquetRowReader(
      Path file,
      ParquetFileReader reader,
      MessageType type,
      Schema schema,
      List<ParquetCell> cells,
      RejectedRows rejected,
      int maxCell) {
    this.file = file;
    this.reader = reader;
    this.schema = schema;
    this.rows = new ParquetRows(type, schema, cells);
    this.rejected = rejected;
    this.maxCell = maxCell;
    this.columnIo =
        new ColumnIOFactory().getColumnIO(type, reader.getFooter().getFileMetaData().getSchema());
  }

  static ParquetRowReader open(Path file, FileOptions options, RejectedRows rejected) {
    ParquetFileReader reader = open(file);
    try {
      if (reader.getRecordCount() == 0) {
        throw DatasetFile.refused(file, "has no row");
      }
      MessageType type = reader.getFooter().getFileMetaData().getSchema();
      Schema schema = schema(file, type, cells(file, type), options);
      if (!options.select().isEmpty()) {
        // Only the chunks of these columns are read.
        type =
            new MessageType(
                type.getName(),
                type.getFields().stream()
                    .filter(field -> options.select().contains(field.getName()))
                    .toList());
        reader.setRequestedSchema(type);
        schema =
            new Schema(
                schema.columns().stream()
                    .filter(column -> options.select().contains(column.name()))
                    .toList());
      }
      return new ParquetRowReader(
          file, reader, type, schema, cells(file, type), rejected, options.maxCell());
    } catch (RuntimeException e) {
      close(file, reader);
      throw e;
    }
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public long records() {
    return reader.getRecordCount();
  }

  @Override
  public long line() {
    return ordinal;
  }

  @Override
  public Row next() {
    while (true) {
      Object[] values = record();
      if (values == null) {
        return null;
      }
      long at = ordinal++;
      if (rows.problem() != null) {
        rejected.add(at + 1, RejectedRows.BAD_VALUE, rows.problem(), () -> named(values));
        continue;
      }
      String tooLong = tooLong(values);
      if (tooLong != null) {
        rejected.add(at + 1, RejectedRows.TOO_LONG, tooLong, () -> named(values));
        continue;
      }
      String missing = missing(values);
      if (missing != null) {
        rejected.add(
            at + 1, RejectedRows.MISSING_VALUE, missing + ": has no value", () -> named(values));
        continue;
      }
      return new Row(at, values);
    }
  }

  @Override
  public void close() {
    close(file, reader);
  }

  private Object[] record() {
    try {
      while (left == 0) {
        if (nextGroup < reader.getRowGroups().size()) {
          ParquetFooter.checkGroup(file, reader.getRowGroups().get(nextGroup++));
        }
        PageReadStore pages = reader.readNextRowGroup();
        if (pages == null) {
          return null;
        }
        left = pages.getRowCount();
        group = columnIo.getRecordReader(pages, rows);
      }
      left--;
      return group.read();
    } catch (NeuroWeaverException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw DatasetFile.refused(
          file, "cannot be read after row " + ordinal + ": " + e.getMessage(), e);
    }
  }

  private Map<String, Object> named(Object[] values) {
    return ReshapedRows.named(schema, new Row(0, values));
  }

  private String tooLong(Object[] values) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] instanceof String text && text.length() > maxCell) {
        return DatasetFile.tooLong(schema.columns().get(i).name(), text.length(), maxCell);
      }
    }
    return null;
  }

  private String missing(Object[] values) {
    for (int i = 0; i < values.length; i++) {
      Column column = schema.columns().get(i);
      if (values[i] == null && !column.nullable()) {
        return column.name();
      }
    }
    return null;
  }

  static ParquetFileReader open(Path file) {
    try {
      ParquetFooter.check(file);
      return ParquetFileReader.open(
          new LocalInputFile(file),
          ParquetReadOptions.builder(new PlainParquetConfiguration())
              .usePageChecksumVerification(true)
              .build());
    } catch (NeuroWeaverException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw DatasetFile.refused(
          file, "is no whole Parquet file: its footer cannot be read: " + e.getMessage(), e);
    }
  }

  static List<ParquetCell> cells(Path file, MessageType type) {
    List<ParquetCell> cells = new ArrayList<>();
    for (Type field : type.getFields()) {
      ParquetCell cell =
          !ParquetNested.nested(field)
              ? ParquetCell.of(field.asPrimitiveType())
              : ParquetNested.supported(field) ? ParquetCell.JSON : null;
      if (cell == null) {
        throw DatasetFile.refused(
            file,
            "has a column of a type that cannot be loaded: "
                + field
                + "; write it as text, number, boolean, date or timestamp");
      }
      cells.add(cell);
    }
    return cells;
  }

  static Schema schema(Path file, MessageType type, List<ParquetCell> cells, FileOptions options) {
    DatasetFile.checkWidth(file, type.getFieldCount());
    List<String> names = type.getFields().stream().map(Type::getName).toList();
    List<Column> columns = new ArrayList<>();
    for (ColumnDeclaration column : DeclaredColumns.over(file, names, options.columns())) {
      ParquetCell cell = cells.get(columns.size());
      if (column.type() != null && column.type() != cell.type()) {
        throw DatasetFile.refused(
            file,
            "holds column " + column.name() + " as " + cell.type() + ", not " + column.type());
      }
      boolean json = cell == ParquetCell.JSON && column.semantic() == SemanticType.NONE;
      columns.add(
          json
              ? new Column(column.name(), cell.type(), column.nullable(), SemanticType.JSON)
              : column.column(cell.type()));
    }
    return new Schema(columns);
  }

  static void close(Path file, ParquetFileReader reader) throws NeuroWeaverException {
    try {
      reader.close();
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be closed: " + e.getMessage(), e);
    }
  }
}
