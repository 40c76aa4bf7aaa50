package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.Micros;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** Rows as an Arrow IPC file of record batches of some thousand rows. */
final class ArrowRowWriter implements RowWriter {
  private static final int BATCH_ROWS = 8_192;
  private static final long BATCH_TEXT = 16L << 20;

  private final List<Column> columns;
  private final BufferAllocator memory = new RootAllocator();
  private final VectorSchemaRoot root;
  private final FileChannel channel;
  private final ArrowFileWriter writer;
  private int rows;
  private long text;

  ArrowRowWriter(Path file, Schema schema, boolean zstd) throws IOException {
    columns = schema.columns();
    List<Field> fields = new ArrayList<>();
    columns.forEach(column -> fields.add(field(column)));
    root = VectorSchemaRoot.create(new org.apache.arrow.vector.types.pojo.Schema(fields), memory);
    channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    writer =
        zstd
            ? new ArrowFileWriter(
                root,
                null,
                channel,
                null,
                IpcOption.DEFAULT,
                CommonsCompressionFactory.INSTANCE,
                CompressionUtil.CodecType.ZSTD,
                Optional.empty())
            : new ArrowFileWriter(
                root,
                null,
                channel,
                null,
                IpcOption.DEFAULT,
                NoCompressionCodec.Factory.INSTANCE,
                CompressionUtil.CodecType.NO_COMPRESSION,
                Optional.empty());
    writer.start();
    root.getFieldVectors().forEach(FieldVector::allocateNew);
  }

  @Override
  public void write(Row row) throws IOException {
    for (int i = 0; i < row.size(); i++) {
      if (row.get(i) == null) {
        root.getVector(i).setNull(rows);
      } else {
        set(root.getVector(i), columns.get(i), row.get(i));
      }
    }
    if (++rows == BATCH_ROWS || text > BATCH_TEXT) {
      flush();
    }
  }

  @Override
  public void close() throws IOException {
    try (memory;
        root;
        channel;
        writer) {
      if (rows > 0) {
        flush();
      }
      writer.end();
    }
  }

  private void flush() throws IOException {
    root.setRowCount(rows);
    writer.writeBatch();
    root.getFieldVectors().forEach(FieldVector::reset);
    rows = 0;
    text = 0;
  }

  private void set(FieldVector vector, Column column, Object value) {
    switch (column.type()) {
      case STRING -> {
        byte[] bytes = ((String) value).getBytes(StandardCharsets.UTF_8);
        text += bytes.length;
        ((VarCharVector) vector).setSafe(rows, bytes);
      }
      case INT64 -> ((BigIntVector) vector).setSafe(rows, (Long) value);
      case FLOAT64 -> ((Float8Vector) vector).setSafe(rows, (Double) value);
      case BOOL -> ((BitVector) vector).setSafe(rows, (Boolean) value ? 1 : 0);
      case DATE ->
          ((DateDayVector) vector).setSafe(rows, Math.toIntExact(((LocalDate) value).toEpochDay()));
      case TIMESTAMP -> ((TimeStampMicroTZVector) vector).setSafe(rows, Micros.of((Instant) value));
    }
  }

  private static Field field(Column column) {
    ArrowType type =
        switch (column.type()) {
          case STRING -> ArrowType.Utf8.INSTANCE;
          case INT64 -> new ArrowType.Int(64, true);
          case FLOAT64 -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
          case BOOL -> ArrowType.Bool.INSTANCE;
          case DATE -> new ArrowType.Date(DateUnit.DAY);
          case TIMESTAMP -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
        };
    return new Field(column.name(), new FieldType(column.nullable(), type, null), null);
  }
}
