package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

/** Rows of a Parquet file with flat columns, holding one row group at a time. */
final class ParquetRowReader implements RowReader {
  private static final byte[] MARK = "PAR1".getBytes(StandardCharsets.US_ASCII);

  private final Path file;
  private final ParquetFileReader reader;
  private final MessageColumnIO columnIo;
  private final Schema schema;
  private final ParquetRows rows;
  private final RejectedRows rejected;
  private RecordReader<Object[]> group;
  private long left;
  private long ordinal;

  private ParquetRowReader(
      Path file,
      ParquetFileReader reader,
      Schema schema,
      List<ParquetCell> cells,
      RejectedRows rejected) {
    this.file = file;
    this.reader = reader;
    this.schema = schema;
    this.rows = new ParquetRows(schema, cells);
    this.rejected = rejected;
    this.columnIo =
        new ColumnIOFactory().getColumnIO(reader.getFooter().getFileMetaData().getSchema());
  }

  static ParquetRowReader open(Path file, FileOptions options, RejectedRows rejected) {
    ParquetFileReader reader = open(file);
    try {
      if (reader.getRecordCount() == 0) {
        throw DatasetFile.refused(file, "has no row");
      }
      MessageType type = reader.getFooter().getFileMetaData().getSchema();
      List<ParquetCell> cells = cells(file, type);
      return new ParquetRowReader(
          file, reader, schema(file, type, cells, options.columns()), cells, rejected);
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
  public Row next() {
    while (true) {
      Object[] values = record();
      if (values == null) {
        return null;
      }
      long at = ordinal++;
      if (rows.problem() != null) {
        rejected.add(at + 1, RejectedRows.BAD_VALUE, rows.problem());
        continue;
      }
      String missing = missing(values);
      if (missing != null) {
        rejected.add(at + 1, RejectedRows.MISSING_VALUE, missing + ": has no value");
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
        PageReadStore pages = reader.readNextRowGroup();
        if (pages == null) {
          return null;
        }
        left = pages.getRowCount();
        group = columnIo.getRecordReader(pages, rows);
      }
      left--;
      return group.read();
    } catch (IOException | RuntimeException e) {
      throw DatasetFile.refused(
          file, "cannot be read after row " + ordinal + ": " + e.getMessage(), e);
    }
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
      if (!endsInMark(file)) {
        throw DatasetFile.refused(
            file,
            "is no whole Parquet file: it does not end in PAR1; it may be cut off or of another"
                + " format");
      }
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

  private static boolean endsInMark(Path file) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      if (channel.size() < MARK.length) {
        return false;
      }
      ByteBuffer end = ByteBuffer.allocate(MARK.length);
      channel.position(channel.size() - MARK.length);
      while (end.hasRemaining() && channel.read(end) >= 0) {
        continue;
      }
      return Arrays.equals(end.array(), MARK);
    }
  }

  static List<ParquetCell> cells(Path file, MessageType type) {
    List<ParquetCell> cells = new ArrayList<>();
    for (Type field : type.getFields()) {
      if (!field.isPrimitive() || field.isRepetition(Type.Repetition.REPEATED)) {
        throw DatasetFile.refused(
            file,
            "has a nested column, "
                + field.getName()
                + "; only flat columns can be loaded: unnest it or leave it out when writing");
      }
      ParquetCell cell = ParquetCell.of(field.asPrimitiveType());
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

  static Schema schema(
      Path file, MessageType type, List<ParquetCell> cells, List<ColumnDeclaration> declared) {
    List<String> names = type.getFields().stream().map(Type::getName).toList();
    List<Column> columns = new ArrayList<>();
    for (ColumnDeclaration column : DeclaredColumns.over(file, names, declared)) {
      ParquetCell cell = cells.get(columns.size());
      if (column.type() != null && column.type() != cell.type()) {
        throw DatasetFile.refused(
            file,
            "holds column " + column.name() + " as " + cell.type() + ", not " + column.type());
      }
      columns.add(column.column(cell.type()));
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
