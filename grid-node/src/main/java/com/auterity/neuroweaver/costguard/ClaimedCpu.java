package com.auterity.neuroweaver.costguard;

import java.util.concurrent.atomic.LongAdder;

/**
 * CPU time of this process that USAGE rows account for, counted where it was used whoever writes
 * the row. One for each node; thread-safe.
 */
public final class ClaimedCpu {
  private final LongAdder nanos = new LongAdder();

  public void add(long cpuNanos) {
    nanos.add(cpuNanos);
  }

  long nanos() {
    return nanos.sum();
  }
}
