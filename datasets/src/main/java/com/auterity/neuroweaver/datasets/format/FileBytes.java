package com.auterity.neuroweaver.datasets.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;

/** Bytes of a file at a place, little-endian. */
final class FileBytes {
  private FileBytes() {}

  /** As many bytes as asked for, or null when the file ends before. */
  static ByteBuffer read(SeekableByteChannel channel, long at, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    channel.position(at);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        return null;
      }
    }
    return bytes.flip();
  }
}
