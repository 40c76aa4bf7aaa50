package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.Micros;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** Writes rows as a flat Parquet file. The file is whole once {@link #close} has returned. */
public final class ParquetRowWriter implements RowWriter {
  private static final long ROW_GROUP = 32L << 20;

  private final ParquetWriter<Row> writer;

  /** Replaces a file that is there. */
  public ParquetRowWriter(Path file, Schema schema, Compression compression) throws IOException {
    writer =
        new Builder(new LocalOutputFile(file), new RowSupport(schema))
            .withConf(new PlainParquetConfiguration())
            .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
            .withCompressionCodec(compression.codec)
            .withRowGroupSize(ROW_GROUP)
            .build();
  }

  @Override
  public void write(Row row) throws IOException {
    writer.write(row);
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }

  /** How pages are compressed. */
  public enum Compression {
    ZSTD(CompressionCodecName.ZSTD),
    SNAPPY(CompressionCodecName.SNAPPY);

    private final CompressionCodecName codec;

    Compression(CompressionCodecName codec) {
      this.codec = codec;
    }
  }

  private static final class Builder extends ParquetWriter.Builder<Row, Builder> {
    private final RowSupport support;

    Builder(OutputFile file, RowSupport support) {
      super(file);
      this.support = support;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<Row> getWriteSupport(Configuration configuration) {
      return support;
    }

    @Override
    protected WriteSupport<Row> getWriteSupport(ParquetConfiguration configuration) {
      return support;
    }
  }

  private static final class RowSupport extends WriteSupport<Row> {
    private final Schema schema;
    private RecordConsumer out;

    RowSupport(Schema schema) {
      this.schema = schema;
    }

    @Override
    public WriteContext init(Configuration configuration) {
      return new WriteContext(messageType(schema), Map.of());
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
      return new WriteContext(messageType(schema), Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      out = consumer;
    }

    @Override
    public void write(Row row) {
      out.startMessage();
      for (int i = 0; i < row.size(); i++) {
        Object value = row.get(i);
        if (value != null) {
          Column column = schema.columns().get(i);
          out.startField(column.name(), i);
          add(column, value);
          out.endField(column.name(), i);
        }
      }
      out.endMessage();
    }

    private void add(Column column, Object value) {
      switch (column.type()) {
        case STRING -> out.addBinary(Binary.fromString((String) value));
        case INT64 -> out.addLong((Long) value);
        case FLOAT64 -> out.addDouble((Double) value);
        case BOOL -> out.addBoolean((Boolean) value);
        case DATE -> out.addInteger(Math.toIntExact(((LocalDate) value).toEpochDay()));
        case TIMESTAMP -> out.addLong(Micros.of((Instant) value));
      }
    }

    private static MessageType messageType(Schema schema) {
      List<Type> fields = new ArrayList<>();
      for (Column column : schema.columns()) {
        Type.Repetition repetition =
            column.nullable() ? Type.Repetition.OPTIONAL : Type.Repetition.REQUIRED;
        PrimitiveTypeName primitive =
            switch (column.type()) {
              case STRING -> PrimitiveTypeName.BINARY;
              case INT64, TIMESTAMP -> PrimitiveTypeName.INT64;
              case FLOAT64 -> PrimitiveTypeName.DOUBLE;
              case BOOL -> PrimitiveTypeName.BOOLEAN;
              case DATE -> PrimitiveTypeName.INT32;
            };
        LogicalTypeAnnotation logical =
            switch (column.type()) {
              case STRING -> LogicalTypeAnnotation.stringType();
              case TIMESTAMP -> LogicalTypeAnnotation.timestampType(true, TimeUnit.MICROS);
              case DATE -> LogicalTypeAnnotation.dateType();
              case INT64, FLOAT64, BOOL -> null;
            };
        fields.add(Types.primitive(primitive, repetition).as(logical).named(column.name()));
      }
      return new MessageType("dataset", fields);
    }
  }
}
