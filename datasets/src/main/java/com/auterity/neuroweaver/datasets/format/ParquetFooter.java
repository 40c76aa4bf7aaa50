package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;

/**
 * Checks what a Parquet file claims of itself, footer and page headers, against the bytes there
 * are, before the library that reads it allocates memory for it.
 */
final class ParquetFooter {
  private static final byte[] MARK = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int LONGEST_FOOTER = 64 << 20;
  private static final int LONGEST_PAGE_HEADER = 16 << 20;

  /** Writers make pages of about a mebibyte. */
  private static final int LONGEST_PAGE = 256 << 20;

  /** Values of one row group, for its rows times its columns. */
  private static final long MOST_VALUES = 1L << 28;

  private ParquetFooter() {}

  /** Checks that the file ends in a footer which lies within it and holds what it claims. */
  static void check(Path file) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      long size = channel.size();
      int tail = 4 + MARK.length;
      ByteBuffer end = size < tail + MARK.length ? null : read(channel, size - tail, tail);
      if (end == null || !Arrays.equals(Arrays.copyOfRange(end.array(), 4, tail), MARK)) {
        throw DatasetFile.refused(
            file,
            "is no whole Parquet file: it does not end in PAR1; it may be cut off or of another"
                + " format");
      }
      int length = end.getInt(0);
      if (length <= 0 || length > LONGEST_FOOTER || length > size - tail - MARK.length) {
        throw DatasetFile.refused(
            file, "is no whole Parquet file: its footer claims to have " + length + " bytes");
      }
      ThriftFields.read(read(channel, size - tail - length, length));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw DatasetFile.refused(
          file, "is no whole Parquet file: its footer claims more than it holds", e);
    }
  }

  /** Checks that a row group's pages lie within the file and unfold into bounded memory. */
  static void checkGroup(Path file, BlockMetaData group) {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      long columns = group.getColumns().size();
      if (group.getRowCount() < 0 || group.getRowCount() > MOST_VALUES / Math.max(1, columns)) {
        throw lie(file, "a row group has " + group.getRowCount() + " rows");
      }
      for (ColumnChunkMetaData column : group.getColumns()) {
        checkPages(file, channel, column);
      }
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be read: " + e.getMessage(), e);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw DatasetFile.refused(file, "has a page header that claims more than it holds", e);
    }
  }

  private static void checkPages(Path file, SeekableByteChannel channel, ColumnChunkMetaData column)
      throws IOException {
    long at = column.getStartingPos();
    long length = column.getTotalSize();
    String name = column.getPath().toDotString();
    if (at < MARK.length || length < 0 || length > channel.size() - at) {
      throw lie(file, "column " + name + " has " + length + " bytes from byte " + at);
    }
    long end = at + length;
    while (at < end) {
      ByteBuffer bytes = header(channel, at, end);
      ThriftFields header = ThriftFields.read(bytes);
      long unfolded = header.number(2);
      long stored = header.number(3);
      at += bytes.position();
      if (stored < 0 || stored > end - at || unfolded < 0 || unfolded > LONGEST_PAGE) {
        throw lie(
            file,
            "a page of column " + name + " has " + stored + " bytes that unfold into " + unfolded);
      }
      at += stored;
    }
  }

  /** Bytes that hold the whole header at a place. */
  private static ByteBuffer header(SeekableByteChannel channel, long at, long end)
      throws IOException {
    for (int room = 1 << 12; ; room *= 8) {
      ByteBuffer bytes = read(channel, at, (int) Math.min(room, end - at));
      try {
        ThriftFields.read(bytes);
        return bytes.rewind();
      } catch (BufferUnderflowException e) {
        if (room >= LONGEST_PAGE_HEADER || room >= end - at) {
          throw e;
        }
      }
    }
  }

  private static NeuroWeaverException lie(Path file, String claim) {
    return DatasetFile.refused(
        file, "claims that " + claim + ", which cannot be; it may be damaged");
  }

  private static ByteBuffer read(SeekableByteChannel channel, long at, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    channel.position(at);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new BufferUnderflowException();
      }
    }
    return bytes.flip();
  }
}
