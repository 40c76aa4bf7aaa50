package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one file of a {@code multipart/form-data} body (RFC 7578), read as it comes: nothing of it is
 * kept. Parameters stand in the query, so a part that is no file is refused, as a second file is.
 */
final class FilePart {
  private static final Pattern BOUNDARY =
      Pattern.compile("boundary=(?:\"([^\"]{1,70})\"|([^\";\\s]{1,70}))");
  private static final Pattern FILE_NAME = Pattern.compile("filename=(?:\"([^\"]*)\"|([^;\\s]+))");
  private static final int LONGEST_HEADER = 8 << 10;

  private final InputStream in;
  private final byte[] delimiter;
  private final String name;
  private final byte[] buffer = new byte[1 << 16];
  private int from;
  private int to;

  private FilePart(InputStream in, String boundary) throws IOException {
    this.in = in;
    this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
    String line = line();
    while (line.isEmpty()) {
      line = line();
    }
    if (!line.stripTrailing().equals("--" + boundary)) {
      throw malformed("it does not begin with its boundary");
    }
    String found = null;
    for (line = line(); !line.isEmpty(); line = line()) {
      Matcher matcher = FILE_NAME.matcher(line);
      if (line.regionMatches(true, 0, "content-disposition:", 0, 20) && matcher.find()) {
        found = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      }
    }
    if (found == null) {
      throw malformed("its first part is no file; parameters stand in the query");
    }
    this.name = found;
  }

  /** Whether a body of this content type has parts. */
  static boolean isIn(String contentType) {
    return contentType != null && contentType.regionMatches(true, 0, "multipart/", 0, 10);
  }

  /**
   * @throws NeuroWeaverException INVALID_INPUT when the body does not begin with a file
   */
  static FilePart of(String contentType, InputStream in) throws IOException {
    Matcher boundary = BOUNDARY.matcher(contentType);
    if (!boundary.find()) {
      throw malformed("its Content-Type has no boundary");
    }
    return new FilePart(in, boundary.group(1) == null ? boundary.group(2) : boundary.group(1));
  }

  /** What the sender calls the file. */
  String name() {
    return name;
  }

  /** The file's bytes. Its end is told only after what follows the file has been checked. */
  InputStream content() {
    return new Content();
  }

  /** The next line without its end. */
  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      if (from == to && !fill()) {
        throw new EOFException("the body ends in a header");
      }
      char c = (char) (buffer[from++] & 0xff);
      if (c == '\n') {
        int end = line.length();
        if (end > 0 && line.charAt(end - 1) == '\r') {
          line.setLength(end - 1);
        }
        // Names are sent as UTF-8.
        return new String(
            line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
      }
      if (line.length() == LONGEST_HEADER) {
        throw malformed("a header is longer than " + LONGEST_HEADER + " bytes");
      }
      line.append(c);
    }
  }

  /** Reads more behind what is there; false at the end of the body. */
  private boolean fill() throws IOException {
    if (from > 0) {
      System.arraycopy(buffer, from, buffer, 0, to - from);
      to -= from;
      from = 0;
    }
    int read = in.read(buffer, to, buffer.length - to);
    to += Math.max(0, read);
    return read > 0;
  }

  private static NeuroWeaverException malformed(String why) {
    return NeuroWeaverException.invalid("the multipart body cannot be read: " + why);
  }

  private final class Content extends InputStream {
    private boolean ended;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (!ended) {
        int end = delimiterOrEnd();
        if (end > from) {
          int count = Math.min(length, end - from);
          System.arraycopy(buffer, from, into, offset, count);
          from += count;
          return count;
        }
        if (to - from >= delimiter.length) {
          from += delimiter.length;
          ended = true;
          requireLast();
        } else if (!fill()) {
          throw new EOFException("the body ends before the boundary that closes the file");
        }
      }
      return -1;
    }

    /** Where the delimiter begins or may begin; all before it is of the file. */
    private int delimiterOrEnd() {
      for (int at = from; at < to; at++) {
        int same = 0;
        while (same < delimiter.length && at + same < to && buffer[at + same] == delimiter[same]) {
          same++;
        }
        if (same == delimiter.length || at + same == to) {
          return at;
        }
      }
      return to;
    }

    private void requireLast() throws IOException {
      while (to - from < 2) {
        if (!fill()) {
          throw new EOFException("the body ends in its last boundary");
        }
      }
      if (buffer[from] != '-' || buffer[from + 1] != '-') {
        throw malformed("something follows the file; send one file at a time");
      }
      do {
        from = to;
      } while (fill());
    }
  }
}
