package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;

/** Rows of an Arrow IPC file or stream, one record batch in memory at a time. */
final class ArrowRowReader implements RowReader {
  /** A batch that wants more is refused. */
  private static final long MOST_MEMORY = 1L << 30;

  private final Path file;
  private final RejectedRows rejected;
  private final BufferAllocator memory;
  private final ArrowReader reader;
  private final Schema schema;
  private final int maxCell;
  private final long count;
  private final List<FieldVector> decoded = new ArrayList<>();
  private final List<FieldVector> vectors = new ArrayList<>();
  private int batchRows;
  private int inBatch;
  private long ordinal;
  private boolean broken;

  private ArrowRowReader(
      Path file,
      FileOptions options,
      RejectedRows rejected,
      BufferAllocator memory,
      ArrowReader reader,
      long count)
      throws IOException {
    this.file = file;
    this.rejected = rejected;
    this.memory = memory;
    this.reader = reader;
    this.count = count;
    this.maxCell = options.maxCell();
    this.schema = schema(file, options, reader);
  }

  static ArrowRowReader open(Path file, FileOptions options, RejectedRows rejected) {
    BufferAllocator memory = new RootAllocator(MOST_MEMORY);
    ArrowReader reader = null;
    try {
      long count = ArrowMessages.rows(file);
      if (count == 0) {
        throw DatasetFile.refused(file, "has no row");
      }
      FileChannel channel = FileChannel.open(file);
      reader =
          ArrowMessages.isFile(file)
              ? new ArrowFileReader(channel, memory, CommonsCompressionFactory.INSTANCE)
              : new ArrowStreamReader(channel, memory, CommonsCompressionFactory.INSTANCE);
      return new ArrowRowReader(file, options, rejected, memory, reader, count);
    } catch (NeuroWeaverException e) {
      closeAfter(reader, memory, e);
      throw e;
    } catch (IOException | RuntimeException e) {
      closeAfter(reader, memory, e);
      throw DatasetFile.refused(file, "is no whole Arrow IPC file or stream: " + e.getMessage(), e);
    }
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public long records() {
    return count;
  }

  @Override
  public long line() {
    return ordinal;
  }

  @Override
  public Row next() {
    while (inBatch < batchRows || load()) {
      Row row = row(ordinal++, inBatch++);
      if (row != null) {
        return row;
      }
    }
    return null;
  }

  @Override
  public void close() {
    release();
    try {
      reader.close();
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be closed: " + e.getMessage(), e);
    } finally {
      try {
        memory.close();
      } catch (IllegalStateException e) {
        // The library does not release the buffers of a message it could not read.
        if (!broken) {
          throw e;
        }
      }
    }
  }

  private boolean load() {
    try {
      release();
      do {
        if (!reader.loadNextBatch()) {
          batchRows = 0;
          inBatch = 0;
          return false;
        }
        batchRows = reader.getVectorSchemaRoot().getRowCount();
        inBatch = 0;
      } while (batchRows == 0);
      decode(reader.getVectorSchemaRoot());
      return true;
    } catch (OutOfMemoryException e) {
      throw DatasetFile.refused(
          file,
          "has a batch after row "
              + ordinal
              + " that takes more than "
              + (MOST_MEMORY >> 20)
              + " MiB; write it in smaller batches",
          e);
    } catch (IOException | RuntimeException e) {
      broken = true;
      throw DatasetFile.refused(
          file, "cannot be read after row " + ordinal + ": " + e.getMessage(), e);
    }
  }

  /** Columns that hold places in a dictionary are replaced by what stands there. */
  private void decode(VectorSchemaRoot root) throws IOException {
    for (FieldVector vector : root.getFieldVectors()) {
      DictionaryEncoding encoding = vector.getField().getDictionary();
      if (encoding == null) {
        vectors.add(vector);
        continue;
      }
      Dictionary dictionary = reader.getDictionaryVectors().get(encoding.getId());
      FieldVector plain = (FieldVector) DictionaryEncoder.decode(vector, dictionary, memory);
      decoded.add(plain);
      vectors.add(plain);
    }
  }

  private void release() {
    decoded.forEach(FieldVector::close);
    decoded.clear();
    vectors.clear();
  }

  private Row row(long at, int index) {
    Object[] values = new Object[schema.columns().size()];
    String reason = null;
    String problem = null;
    for (int i = 0; i < values.length; i++) {
      Column column = schema.columns().get(i);
      try {
        values[i] = ArrowCell.value(vectors.get(i), index);
      } catch (RuntimeException e) {
        reason = RejectedRows.BAD_VALUE;
        problem = column.name() + ": " + e.getMessage();
        continue;
      }
      if (values[i] == null && !column.nullable()) {
        reason = RejectedRows.MISSING_VALUE;
        problem = column.name() + ": has no value";
      } else if (values[i] instanceof String text && text.length() > maxCell) {
        reason = RejectedRows.TOO_LONG;
        problem = DatasetFile.tooLong(column.name(), text.length(), maxCell);
      }
    }
    Row row = new Row(at, values);
    if (reason != null) {
      rejected.add(at + 1, reason, problem, () -> ReshapedRows.named(schema, row));
      return null;
    }
    return row;
  }

  private static Schema schema(Path file, FileOptions options, ArrowReader reader)
      throws IOException {
    List<Field> fields = reader.getVectorSchemaRoot().getSchema().getFields();
    DatasetFile.checkWidth(file, fields.size());
    List<String> names = fields.stream().map(Field::getName).toList();
    List<Column> columns = new ArrayList<>();
    for (ColumnDeclaration declared : DeclaredColumns.over(file, names, options.columns())) {
      Field field = fields.get(columns.size());
      Field value =
          field.getDictionary() == null
              ? field
              : reader
                  .getDictionaryVectors()
                  .get(field.getDictionary().getId())
                  .getVector()
                  .getField();
      ColumnType type = ArrowCell.type(value.getType());
      if (type == null) {
        throw DatasetFile.refused(
            file,
            "has a column of a type that cannot be loaded: "
                + field
                + "; write it as text, number, boolean, date or timestamp");
      }
      SemanticType semantic =
          declared.semantic() == SemanticType.NONE && ArrowCell.nested(value.getType())
              ? SemanticType.JSON
              : declared.semantic();
      columns.add(new Column(declared.name(), type, declared.nullable(), semantic));
    }
    if (new java.util.HashSet<>(names).size() < names.size()) {
      throw DatasetFile.refused(file, "has two columns of one name: " + names);
    }
    return new Schema(columns);
  }

  private static void closeAfter(ArrowReader reader, BufferAllocator memory, Exception failure) {
    try {
      if (reader != null) {
        reader.close();
      }
      memory.close();
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
