package com.auterity.neuroweaver.datasets.format;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** UTF-8 text of a file, strictly: a byte order mark is skipped, a wrong byte is an error. */
final class TextInput {
  private static final int BUFFER = 1 << 16;
  private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};

  private TextInput() {}

  static Reader open(Path file) throws IOException {
    return new InputStreamReader(
        bytes(file),
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  /** The bytes of the text, unchecked. */
  static InputStream bytes(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    try {
      in.mark(BYTE_ORDER_MARK.length);
      for (int expected : BYTE_ORDER_MARK) {
        if (in.read() != expected) {
          in.reset();
          break;
        }
      }
      return in;
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }
}
