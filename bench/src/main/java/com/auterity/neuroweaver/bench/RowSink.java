package com.auterity.neuroweaver.bench;

/** Takes the cells of rows, one after the other. */
interface RowSink {
  /** ASCII text; the array may change after the call. */
  void text(byte[] bytes, int length);

  void whole(long value);

  /** A number with two decimal places. */
  void hundredths(long value);

  void truth(boolean value);

  /** Days since 1970-01-01. */
  void date(int epochDay);

  /** Seconds since 1970-01-01T00:00:00Z. */
  void timestamp(long epochSecond);

  void missing();

  void endRow();
}
