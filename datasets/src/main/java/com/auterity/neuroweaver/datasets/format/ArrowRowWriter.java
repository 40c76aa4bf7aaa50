package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.ArrowRows;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;

/** Rows as an Arrow IPC file of record batches of some thousand rows. */
final class ArrowRowWriter implements RowWriter {
  private static final int BATCH_ROWS = 8_192;
  private static final long BATCH_TEXT = 16L << 20;

  private final BufferAllocator memory = new RootAllocator();
  private final VectorSchemaRoot root;
  private final FileChannel channel;
  private final ArrowFileWriter writer;
  private final RowBatch batch;

  ArrowRowWriter(Path file, Schema schema, boolean zstd) throws IOException {
    batch = new RowBatch(schema, 0);
    root = VectorSchemaRoot.create(ArrowRows.schema(schema), memory);
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
  }

  @Override
  public void write(Row row) throws IOException {
    batch.add(row);
    if (batch.rows() == BATCH_ROWS || batch.textBytes() > BATCH_TEXT) {
      flush();
    }
  }

  @Override
  public void close() throws IOException {
    try (memory;
        root;
        channel;
        writer) {
      if (batch.rows() > 0) {
        flush();
      }
      writer.end();
    }
  }

  private void flush() throws IOException {
    ArrowRows.fill(batch, root);
    writer.writeBatch();
    batch.clear();
  }
}
