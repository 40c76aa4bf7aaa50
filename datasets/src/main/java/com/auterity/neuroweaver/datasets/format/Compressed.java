package com.auterity.neuroweaver.datasets.format;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/**
 * The bytes of a file, out of gzip or zstd when it begins like one of them. What unfolds into more
 * than a bounded multiple of itself is refused: so does a bomb, and no data.
 */
final class Compressed {
  /** Up to so many bytes any ratio is fine. */
  static final long FREE = 64L << 20;

  /** Beyond, so many bytes may come out of one. */
  static final int MAX_RATIO = 200;

  private static final int BUFFER = 1 << 16;

  /** 2^27 bytes, the window the zstd command line takes unasked. */
  private static final int MAX_WINDOW_LOG = 27;

  private Compressed() {}

  /** The name without what says that it is compressed: {@code a.csv} for {@code a.csv.gz}. */
  static String withoutExtension(String name) {
    for (String extension : new String[] {".gz", ".gzip", ".zst", ".zstd"}) {
      if (name.toLowerCase(Locale.ROOT).endsWith(extension)) {
        return name.substring(0, name.length() - extension.length());
      }
    }
    return name;
  }

  static InputStream open(Path file) throws IOException {
    CountingStream raw = new CountingStream(Files.newInputStream(file));
    BufferedInputStream in = new BufferedInputStream(raw, BUFFER);
    try {
      in.mark(4);
      byte[] start = in.readNBytes(4);
      in.reset();
      return switch (method(start)) {
        case NONE -> in;
        case GZIP -> new BoundedStream(file, raw, new GZIPInputStream(in, BUFFER));
        case ZSTD -> {
          ZstdInputStreamNoFinalizer zstd = new ZstdInputStreamNoFinalizer(in);
          zstd.setLongMax(MAX_WINDOW_LOG);
          yield new BoundedStream(file, raw, zstd);
        }
      };
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** How the file is compressed, by its first bytes. */
  static Method method(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return method(in.readNBytes(4));
    }
  }

  private static Method method(byte[] start) {
    if (start.length >= 2 && (start[0] & 0xff) == 0x1f && (start[1] & 0xff) == 0x8b) {
      return Method.GZIP;
    }
    boolean zstd =
        start.length == 4
            && (start[0] & 0xff) == 0x28
            && (start[1] & 0xff) == 0xb5
            && (start[2] & 0xff) == 0x2f
            && (start[3] & 0xff) == 0xfd;
    return zstd ? Method.ZSTD : Method.NONE;
  }

  enum Method {
    NONE,
    GZIP,
    ZSTD
  }

  private static final class CountingStream extends FilterInputStream {
    private long bytes;

    CountingStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      bytes += read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      bytes += Math.max(0, read);
      return read;
    }
  }

  private static final class BoundedStream extends FilterInputStream {
    private final Path file;
    private final CountingStream raw;
    private long bytes;

    BoundedStream(Path file, CountingStream raw, InputStream in) {
      super(in);
      this.file = file;
      this.raw = raw;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read;
      try {
        read = super.read(buffer, offset, length);
      } catch (EOFException e) {
        throw new IOException("its compressed content is cut off", e);
      }
      bytes += Math.max(0, read);
      if (bytes > FREE && bytes / MAX_RATIO > raw.bytes) {
        throw DatasetFile.refused(
            file,
            "unfolds into more than "
                + MAX_RATIO
                + " times its size, as a bomb does; decompress it first if it is none");
      }
      return read;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
