package com.auterity.neuroweaver.jobs.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The bytes of a file from {@code offset} on, {@code length} of them, as a request's body. */
final class FileSlice extends InputStream {
  private final FileChannel channel;
  private long left;

  private FileSlice(FileChannel channel, long left) {
    this.channel = channel;
    this.left = left;
  }

  /** A body that says its length, which storages ask for. */
  static BodyPublisher publisher(Path file, long offset, long length) {
    return BodyPublishers.fromPublisher(
        BodyPublishers.ofInputStream(() -> open(file, offset, length)), length);
  }

  private static FileSlice open(Path file, long offset, long length) {
    try {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      channel.position(offset);
      return new FileSlice(channel, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int n = channel.read(ByteBuffer.wrap(bytes, offset, (int) Math.min(length, left)));
    if (n < 0) {
      throw new IOException("the file became shorter while it was sent");
    }
    left -= n;
    return n;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
