package com.auterity.neuroweaver.datasets.format;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Text of a file, out of its compression, strictly: a wrong byte is an error. The encoding is the
 * declared one, else what a byte order mark says, else UTF-8; the mark is skipped.
 */
final class TextInput {
  private static final int BUFFER = 1 << 16;

  private TextInput() {}

  static Reader open(Path file, FileOptions options) throws IOException {
    BufferedInputStream in = new BufferedInputStream(Compressed.open(file), BUFFER);
    try {
      return new InputStreamReader(in, decoder(start(in, options.encoding())));
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** The bytes of UTF-8 text, unchecked. */
  static InputStream bytes(Path file) throws IOException {
    BufferedInputStream in = new BufferedInputStream(Compressed.open(file), BUFFER);
    try {
      start(in, null);
      return in;
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** The encoding the file is read in. */
  static Charset encoding(Path file, FileOptions options) throws IOException {
    try (BufferedInputStream in = new BufferedInputStream(Compressed.open(file), BUFFER)) {
      return start(in, options.encoding());
    }
  }

  /**
   * Where the first byte stands that the encoding does not allow: {@code byte 0xE9 at offset 12,
   * line 3}. Reads the file again.
   */
  static String wrongByte(Path file, FileOptions options) {
    try (BufferedInputStream in = new BufferedInputStream(Compressed.open(file), BUFFER)) {
      CharsetDecoder decoder = decoder(start(in, options.encoding()));
      ByteBuffer bytes = ByteBuffer.allocate(BUFFER).limit(0);
      CharBuffer chars = CharBuffer.allocate(BUFFER);
      long offset = 0;
      long line = 1;
      boolean end = false;
      while (true) {
        int from = bytes.position();
        CoderResult result = decoder.decode(bytes, chars, end);
        offset += bytes.position() - from;
        chars.flip();
        line += chars.chars().filter(c -> c == '\n').count();
        chars.clear();
        if (result.isError()) {
          return String.format(
              "byte 0x%02X at offset %d (without a byte order mark), line %d",
              bytes.get(bytes.position()), offset, line);
        }
        if (result.isUnderflow()) {
          if (end) {
            return "a byte at its end";
          }
          bytes.compact();
          int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
          end = read < 0;
          bytes.position(bytes.position() + Math.max(0, read)).flip();
        }
      }
    } catch (IOException e) {
      return "a byte that cannot be found again (" + e.getMessage() + ")";
    }
  }

  /** Skips a byte order mark; the encoding the file is in. */
  private static Charset start(BufferedInputStream in, Charset declared) throws IOException {
    in.mark(4);
    byte[] first = in.readNBytes(3);
    in.reset();
    Charset marked = null;
    int length = 0;
    if (first.length == 3 && at(first, 0) == 0xEF && at(first, 1) == 0xBB && at(first, 2) == 0xBF) {
      marked = StandardCharsets.UTF_8;
      length = 3;
    } else if (first.length >= 2 && at(first, 0) == 0xFE && at(first, 1) == 0xFF) {
      marked = StandardCharsets.UTF_16BE;
      length = 2;
    } else if (first.length >= 2 && at(first, 0) == 0xFF && at(first, 1) == 0xFE) {
      marked = StandardCharsets.UTF_16LE;
      length = 2;
    }
    if (marked == null) {
      return declared == null ? StandardCharsets.UTF_8 : declared;
    }
    in.skipNBytes(length);
    return marked;
  }

  private static int at(byte[] bytes, int index) {
    return bytes[index] & 0xff;
  }

  private static CharsetDecoder decoder(Charset charset) {
    return charset
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
  }
}
