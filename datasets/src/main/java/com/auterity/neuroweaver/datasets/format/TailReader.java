package com.auterity.neuroweaver.datasets.format;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/** Remembers the last characters read, to tell how a file ended. */
final class TailReader extends FilterReader {
  private static final int KEPT = 1 << 12;

  private final StringBuilder tail = new StringBuilder();

  TailReader(Reader in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    int read = super.read();
    if (read >= 0) {
      tail.append((char) read);
      shorten();
    }
    return read;
  }

  @Override
  public int read(char[] buffer, int offset, int length) throws IOException {
    int read = super.read(buffer, offset, length);
    if (read > 0) {
      int from = Math.max(0, read - KEPT);
      tail.append(buffer, offset + from, read - from);
      shorten();
    }
    return read;
  }

  /**
   * Whether the file's last cell was opened with a quote that nothing closes.
   *
   * @param lastCell its text as the parser understood it
   */
  boolean endsInOpenQuote(String lastCell) {
    if (lastCell.chars().allMatch(c -> c == '"')) {
      // Only the number of quotes tells "" (closed) from " (open).
      int quotes = 0;
      while (quotes < tail.length() && tail.charAt(tail.length() - 1 - quotes) == '"') {
        quotes++;
      }
      return quotes % 2 == 1;
    }
    String open = '"' + lastCell.replace("\"", "\"\"");
    int common = Math.min(open.length(), tail.length());
    return open.length() <= tail.length() || tail.length() == KEPT
        ? open.substring(open.length() - common)
            .contentEquals(tail.substring(tail.length() - common))
        : false;
  }

  private void shorten() {
    if (tail.length() > KEPT) {
      tail.delete(0, tail.length() - KEPT);
    }
  }
}
