package com.auterity.neuroweaver.bench;

import java.util.Arrays;

/**
 * Rows as CSV (RFC 4180) in one byte array: text is quoted only where it must be, a missing value
 * is an empty cell, times are in UTC without saying so.
 */
final class CsvSink implements RowSink {
  private static final int ROOM = 64;

  private byte[] bytes = new byte[4 << 20];
  private int length;
  private int[] rowEnds = new int[1 << 14];
  private int rows;

  /** The CSV text; only the first {@link #length()} bytes of the array are. */
  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  int rows() {
    return rows;
  }

  /** Where a row of this sink ends, its line break included. */
  int endOf(int row) {
    return rowEnds[row];
  }

  @Override
  public void text(byte[] text, int textLength) {
    reserve(2 * textLength + ROOM);
    boolean quoted = false;
    for (int i = 0; i < textLength; i++) {
      byte b = text[i];
      quoted |= b == ',' || b == '"';
    }
    if (!quoted) {
      System.arraycopy(text, 0, bytes, length, textLength);
      length += textLength;
    } else {
      bytes[length++] = '"';
      for (int i = 0; i < textLength; i++) {
        if (text[i] == '"') {
          bytes[length++] = '"';
        }
        bytes[length++] = text[i];
      }
      bytes[length++] = '"';
    }
    bytes[length++] = ',';
  }

  @Override
  public void whole(long value) {
    reserve(ROOM);
    digits(value);
    bytes[length++] = ',';
  }

  @Override
  public void hundredths(long value) {
    reserve(ROOM);
    digits(value / 100);
    bytes[length++] = '.';
    two((int) (value % 100));
    bytes[length++] = ',';
  }

  @Override
  public void truth(boolean value) {
    byte[] word = value ? TRUE : FALSE;
    text(word, word.length);
  }

  @Override
  public void date(int epochDay) {
    reserve(ROOM);
    day(epochDay);
    bytes[length++] = ',';
  }

  @Override
  public void timestamp(long epochSecond) {
    reserve(ROOM);
    day((int) (epochSecond / 86_400));
    int second = (int) (epochSecond % 86_400);
    bytes[length++] = ' ';
    two(second / 3_600);
    bytes[length++] = ':';
    two(second / 60 % 60);
    bytes[length++] = ':';
    two(second % 60);
    bytes[length++] = ',';
  }

  @Override
  public void missing() {
    reserve(ROOM);
    bytes[length++] = ',';
  }

  @Override
  public void endRow() {
    // In place of the comma after the last cell.
    bytes[length - 1] = '\n';
    if (rows == rowEnds.length) {
      rowEnds = Arrays.copyOf(rowEnds, 2 * rows);
    }
    rowEnds[rows++] = length;
  }

  private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
  private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};

  private void reserve(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }

  private void digits(long value) {
    if (value < 0) {
      throw new IllegalArgumentException("no such number is generated: " + value);
    }
    int count = 1;
    for (long left = value / 10; left > 0; left /= 10) {
      count++;
    }
    long left = value;
    for (int i = length + count - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + left % 10);
      left /= 10;
    }
    length += count;
  }

  private void two(int value) {
    bytes[length++] = (byte) ('0' + value / 10);
    bytes[length++] = (byte) ('0' + value % 10);
  }

  /** Howard Hinnant's civil_from_days, for days after 1970. */
  private void day(int epochDay) {
    int shifted = epochDay + 719_468;
    int era = shifted / 146_097;
    int ofEra = shifted % 146_097;
    int yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365;
    int ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int shiftedMonth = (5 * ofYear + 2) / 153;
    int month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
    int year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
    two(year / 100);
    two(year % 100);
    bytes[length++] = '-';
    two(month);
    bytes[length++] = '-';
    two(ofYear - (153 * shiftedMonth + 2) / 5 + 1);
  }
}
