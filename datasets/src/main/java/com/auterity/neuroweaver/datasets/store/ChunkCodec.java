package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnVector;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.TypeLayout;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * A chunk's bytes: an Arrow IPC stream of one record batch with ZSTD-compressed buffers, the rows'
 * ordinals in a first column {@code _ordinal}. Equal schema and rows give equal bytes. Thread-safe.
 */
public final class ChunkCodec {
  /** The hidden column; no column of a dataset may have its name. */
  public static final String ORDINAL = "_ordinal";

  private static final int ZSTD_LEVEL = 1;
  // One root for the process: making one is costly, and a child that leaks fails its own close.
  private static final BufferAllocator MEMORY = new RootAllocator();

  private ChunkCodec() {}

  /**
   * @throws NeuroWeaverException INVALID_INPUT when a value is not of its column's type, or null
   *     where the column is not nullable
   */
  public static byte[] encode(Schema schema, List<Row> rows) {
    return encode(RowBatch.of(schema, rows));
  }

  public static byte[] encode(RowBatch batch) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (BufferAllocator memory = MEMORY.newChildAllocator("encode", 0, Long.MAX_VALUE);
        VectorSchemaRoot root = VectorSchemaRoot.create(arrowSchema(batch.schema()), memory)) {
      fill(batch, root);
      try (ArrowStreamWriter writer =
          new ArrowStreamWriter(
              root,
              null,
              Channels.newChannel(out),
              IpcOption.DEFAULT,
              CommonsCompressionFactory.INSTANCE,
              CompressionUtil.CodecType.ZSTD,
              Optional.of(ZSTD_LEVEL))) {
        writer.start();
        writer.writeBatch();
        writer.end();
      }
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.INTERNAL, "cannot write a chunk: " + e.getMessage(), Map.of(), e);
    }
    return out.toByteArray();
  }

  /**
   * @throws NeuroWeaverException CORRUPT when the bytes are no chunk, or one of another schema
   */
  public static List<Row> decode(Schema schema, byte[] chunk) {
    return decodeBatch(schema, chunk).asRows();
  }

  /**
   * @throws NeuroWeaverException CORRUPT when the bytes are no chunk, or one of another schema
   */
  public static RowBatch decodeBatch(Schema schema, byte[] chunk) {
    try (BufferAllocator memory = MEMORY.newChildAllocator("decode", 0, Long.MAX_VALUE);
        ArrowStreamReader reader =
            new ArrowStreamReader(
                new ByteArrayInputStream(chunk), memory, CommonsCompressionFactory.INSTANCE)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      checkSchema(schema, root.getSchema());
      if (!reader.loadNextBatch()) {
        throw corrupt("it holds no record batch", null);
      }
      return batch(schema, root);
    } catch (NeuroWeaverException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw corrupt(e.getMessage(), e);
    }
  }

  /**
   * Decodes some columns only: the others are not even decompressed.
   *
   * @param columns names of columns of the schema, none twice; the batch has them in this order
   * @throws NeuroWeaverException CORRUPT when the bytes are no chunk, or one of another schema
   */
  public static RowBatch decodeBatch(Schema schema, byte[] chunk, List<String> columns) {
    Schema projected = schema.select(columns);
    try (BufferAllocator memory = MEMORY.newChildAllocator("decode", 0, Long.MAX_VALUE);
        VectorSchemaRoot root = VectorSchemaRoot.create(arrowSchema(projected), memory);
        SelectingReader reader = new SelectingReader(chunk, memory, root)) {
      checkSchema(schema, reader.getVectorSchemaRoot().getSchema());
      if (!reader.loadNextBatch()) {
        throw corrupt("it holds no record batch", null);
      }
      return batch(projected, root);
    } catch (NeuroWeaverException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw corrupt(e.getMessage(), e);
    }
  }

  /** Loads those columns of a record batch that another root has, and no more. */
  private static final class SelectingReader extends ArrowStreamReader {
    private final VectorSchemaRoot selected;

    SelectingReader(byte[] chunk, BufferAllocator memory, VectorSchemaRoot selected) {
      super(new ByteArrayInputStream(chunk), memory, CommonsCompressionFactory.INSTANCE);
      this.selected = selected;
    }

    @Override
    protected void loadRecordBatch(ArrowRecordBatch whole) {
      try (whole;
          ArrowRecordBatch part = part(whole)) {
        new VectorLoader(selected, CommonsCompressionFactory.INSTANCE).load(part);
      }
    }

    /** The buffers of the selected columns, as they came; flat columns have a node each. */
    private ArrowRecordBatch part(ArrowRecordBatch whole) {
      List<Field> fields;
      try {
        fields = getVectorSchemaRoot().getSchema().getFields();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Map<String, Integer> places = new HashMap<>();
      int[] firstBuffer = new int[fields.size() + 1];
      for (int i = 0; i < fields.size(); i++) {
        places.put(fields.get(i).getName(), i);
        firstBuffer[i + 1] =
            firstBuffer[i] + TypeLayout.getTypeBufferCount(fields.get(i).getType());
      }
      if (whole.getNodes().size() != fields.size()
          || whole.getBuffers().size() != firstBuffer[fields.size()]) {
        throw corrupt("its record batch is not of its columns", null);
      }
      List<ArrowFieldNode> nodes = new ArrayList<>();
      List<ArrowBuf> buffers = new ArrayList<>();
      for (Field field : selected.getSchema().getFields()) {
        int place = places.get(field.getName());
        nodes.add(whole.getNodes().get(place));
        buffers.addAll(whole.getBuffers().subList(firstBuffer[place], firstBuffer[place + 1]));
      }
      return new ArrowRecordBatch(
          whole.getLength(), nodes, buffers, whole.getBodyCompression(), true, true);
    }
  }

  private static void fill(RowBatch batch, VectorSchemaRoot root) {
    int rows = batch.rows();
    BigIntVector ordinals = (BigIntVector) root.getVector(0);
    ordinals.allocateNew(rows);
    for (int r = 0; r < rows; r++) {
      ordinals.set(r, batch.ordinal(r));
    }
    ordinals.setValueCount(rows);
    for (int c = 0; c < batch.schema().columns().size(); c++) {
      new ColumnVector(root.getVector(c + 1)).set(batch.column(c));
    }
    root.setRowCount(rows);
  }

  private static RowBatch batch(Schema schema, VectorSchemaRoot root) {
    int rows = root.getRowCount();
    RowBatch batch = new RowBatch(schema, rows);
    for (int c = 0; c < schema.columns().size(); c++) {
      new ColumnVector(root.getVector(c + 1)).get(rows, batch.column(c));
    }
    BigIntVector ordinals = (BigIntVector) root.getVector(0);
    for (int r = 0; r < rows; r++) {
      batch.endRow(ordinals.get(r));
    }
    return batch;
  }

  private static org.apache.arrow.vector.types.pojo.Schema arrowSchema(Schema schema) {
    List<Field> fields = new ArrayList<>();
    fields.add(ColumnVector.ordinalField(ORDINAL));
    for (Column column : schema.columns()) {
      if (column.name().equals(ORDINAL)) {
        throw NeuroWeaverException.invalid(
            "a column may not be called " + ORDINAL + ": the store keeps row ordinals under it");
      }
      fields.add(ColumnVector.field(column));
    }
    return new org.apache.arrow.vector.types.pojo.Schema(fields);
  }

  private static void checkSchema(Schema schema, org.apache.arrow.vector.types.pojo.Schema found) {
    if (!found.equals(arrowSchema(schema))) {
      throw corrupt("its columns are " + found + ", expected " + schema.columns(), null);
    }
  }

  private static NeuroWeaverException corrupt(String why, Throwable cause) {
    return new NeuroWeaverException(
        ErrorKind.CORRUPT, "cannot decode a chunk: " + why, Map.of(), cause);
  }

  /** Bytes of chunks in the making now; 0 when nobody encodes or decodes. */
  static long allocatedBytes() {
    return MEMORY.getAllocatedMemory();
  }
}
