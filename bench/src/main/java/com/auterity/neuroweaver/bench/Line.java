package com.auterity.neuroweaver.bench;

/** ASCII text in the making, used again for one cell after the other. */
final class Line {
  final byte[] bytes = new byte[2_048];
  int length;

  Line clear() {
    length = 0;
    return this;
  }

  Line add(byte[] word) {
    System.arraycopy(word, 0, bytes, length, word.length);
    length += word.length;
    return this;
  }

  Line add(char c) {
    bytes[length++] = (byte) c;
    return this;
  }

  /** With leading zeros up to so many digits. */
  Line number(long value, int digits) {
    long left = value;
    for (int i = length + digits - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + left % 10);
      left /= 10;
    }
    length += digits;
    return this;
  }

  Line number(long value) {
    int digits = 1;
    for (long left = value / 10; left > 0; left /= 10) {
      digits++;
    }
    return number(value, digits);
  }

  /** The same without capitals. */
  Line lower(byte[] word) {
    for (byte b : word) {
      bytes[length++] = b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
    }
    return this;
  }
}
