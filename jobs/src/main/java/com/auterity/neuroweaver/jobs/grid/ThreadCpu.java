package com.auterity.neuroweaver.jobs.grid;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** CPU time of the calling thread. */
public final class ThreadCpu {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private ThreadCpu() {}

  /** Nanoseconds of CPU the calling thread has used since it began. */
  public static long nanos() {
    return THREADS.getCurrentThreadCpuTime();
  }
}
