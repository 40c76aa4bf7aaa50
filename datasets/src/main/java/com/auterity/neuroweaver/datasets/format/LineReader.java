package com.auterity.neuroweaver.datasets.format;

import java.io.IOException;
import java.io.Reader;

/** Lines of a text without their ends, each cut to a bound, so that no line fills the memory. */
final class LineReader implements AutoCloseable {
  private final Reader in;
  private final int longest;
  private final char[] buffer = new char[1 << 16];
  private final StringBuilder line = new StringBuilder();
  private int position;
  private int limit;
  private long length;
  private boolean skipLineFeed;

  LineReader(Reader in, int longest) {
    this.in = in;
    this.longest = longest;
  }

  /** The next line, or its beginning when {@link #length} is more; null at the end. */
  String next() throws IOException {
    line.setLength(0);
    length = 0;
    boolean any = false;
    while (position < limit || fill()) {
      if (skipLineFeed && buffer[position] == '\n') {
        position++;
        skipLineFeed = false;
        continue;
      }
      skipLineFeed = false;
      any = true;
      int end = position;
      while (end < limit && buffer[end] != '\n' && buffer[end] != '\r') {
        end++;
      }
      line.append(buffer, position, Math.min(end - position, longest - line.length()));
      length += end - position;
      position = end;
      if (end < limit) {
        skipLineFeed = buffer[end] == '\r';
        position++;
        return line.toString();
      }
    }
    return any ? line.toString() : null;
  }

  /** Of the last line, in characters. */
  long length() {
    return length;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(0, in.read(buffer, 0, buffer.length));
    return limit > 0;
  }
}
