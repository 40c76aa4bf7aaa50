package com.auterity.neuroweaver.jobs.care;

/** Lets whoever asks live for so many writes, and dies before the next. */
final class Mortality {
  private long left = Long.MAX_VALUE;
  private long writes;

  /** What a process that is killed throws here. */
  static final class Died extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  void dieAfter(long more) {
    left = more;
    writes = 0;
  }

  void write() {
    if (left-- <= 0) {
      throw new Died();
    }
    writes++;
  }

  long writes() {
    return writes;
  }
}
