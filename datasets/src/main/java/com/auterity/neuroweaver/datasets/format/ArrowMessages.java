package com.auterity.neuroweaver.datasets.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;

/**
 * Walks the messages of an Arrow IPC file or stream before anything is allocated for them: what
 * they claim of their own lengths must lie within the file. Format: the Arrow specification's
 * "Serialization and Interprocess Communication".
 */
final class ArrowMessages {
  private static final byte[] MARK = "ARROW1".getBytes(StandardCharsets.US_ASCII);
  private static final int CONTINUATION = 0xFFFF_FFFF;
  private static final int LONGEST_METADATA = 64 << 20;

  private ArrowMessages() {}

  /** Whether it is a file with a footer, not a stream. */
  static boolean isFile(Path file) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      ByteBuffer start = read(channel, 0, MARK.length);
      return start != null && Arrays.equals(start.array(), MARK);
    }
  }

  /** Checks every message and returns how many rows the record batches claim to have. */
  static long rows(Path path) throws IOException {
    boolean file = isFile(path);
    try (SeekableByteChannel channel = Files.newByteChannel(path)) {
      long end = file ? footer(path, channel) : channel.size();
      long at = file ? 8 : 0;
      long rows = 0;
      boolean any = false;
      while (at < end) {
        ByteBuffer prefix = read(channel, at, (int) Math.min(8, end - at));
        if (prefix == null || prefix.remaining() < 4) {
          break;
        }
        int length = prefix.getInt();
        at += 4;
        if (length == CONTINUATION && prefix.remaining() >= 4) {
          length = prefix.getInt();
          at += 4;
        }
        if (length == 0) {
          return rows;
        }
        if (length < 0 || length > LONGEST_METADATA || length > end - at) {
          throw refused(path, "a message claims " + length + " bytes of metadata", at);
        }
        ByteBuffer metadata = read(channel, at, length);
        Message message = Message.getRootAsMessage(metadata);
        long body = message.bodyLength();
        if (body < 0 || body > end - at - length) {
          throw refused(path, "a message claims a body of " + body + " bytes", at);
        }
        if (message.headerType() == MessageHeader.RecordBatch) {
          RecordBatch batch = (RecordBatch) message.header(new RecordBatch());
          if (batch.length() < 0 || batch.length() > Integer.MAX_VALUE) {
            throw refused(path, "a batch claims " + batch.length() + " rows", at);
          }
          rows += batch.length();
        } else if (!any && message.headerType() != MessageHeader.Schema) {
          throw refused(path, "the first message is no schema", at);
        }
        any = true;
        at += length + body;
      }
      if (!any) {
        throw DatasetFile.refused(path, "is no Arrow IPC file or stream");
      }
      return rows;
    } catch (IndexOutOfBoundsException e) {
      throw DatasetFile.refused(path, "is no Arrow IPC file or stream: a message is broken", e);
    }
  }

  /** Where the footer begins. */
  private static long footer(Path path, SeekableByteChannel channel) throws IOException {
    long size = channel.size();
    int tail = 4 + MARK.length;
    ByteBuffer end = size < 8 + tail ? null : read(channel, size - tail, tail);
    if (end == null || !Arrays.equals(Arrays.copyOfRange(end.array(), 4, tail), MARK)) {
      throw DatasetFile.refused(
          path, "is no whole Arrow file: it does not end in ARROW1; it may be cut off");
    }
    int length = end.getInt(0);
    if (length <= 0 || length > LONGEST_METADATA || length > size - 8 - tail) {
      throw DatasetFile.refused(
          path, "is no whole Arrow file: its footer claims " + length + " bytes");
    }
    return size - tail - length;
  }

  private static ByteBuffer read(SeekableByteChannel channel, long at, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    channel.position(at);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        return null;
      }
    }
    return bytes.flip();
  }

  private static RuntimeException refused(Path file, String why, long at) {
    return DatasetFile.refused(
        file, "cannot be read: " + why + " at byte " + at + "; it may be cut off or damaged");
  }
}
