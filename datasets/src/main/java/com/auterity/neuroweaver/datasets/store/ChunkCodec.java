package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * A chunk's bytes: an Arrow IPC stream of one record batch with ZSTD-compressed buffers, the rows'
 * ordinals in a first column {@code _ordinal}. Equal schema and rows give equal bytes. Thread-safe.
 */
public final class ChunkCodec {
  /** The hidden column; no column of a dataset may have its name. */
  public static final String ORDINAL = "_ordinal";

  private static final int ZSTD_LEVEL = 3;
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
