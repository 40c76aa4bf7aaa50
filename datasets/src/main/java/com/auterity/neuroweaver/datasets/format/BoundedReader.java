package com.auterity.neuroweaver.datasets.format;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/** Fails when more than a bound is read of one record, so that no record fills the memory. */
final class BoundedReader extends FilterReader {
  private final long bound;
  private long left;

  /**
   * @param bound in characters
   */
  BoundedReader(Reader in, long bound) {
    super(in);
    this.bound = bound;
    this.left = bound;
  }

  /** A new record begins. */
  void begin() {
    left = bound;
  }

  @Override
  public int read() throws IOException {
    char[] one = new char[1];
    return read(one, 0, 1) < 0 ? -1 : one[0];
  }

  @Override
  public int read(char[] buffer, int offset, int length) throws IOException {
    int read = super.read(buffer, offset, length);
    left -= Math.max(0, read);
    if (left < 0) {
      throw new IOException("a record is longer than " + bound + " characters");
    }
    return read;
  }
}
