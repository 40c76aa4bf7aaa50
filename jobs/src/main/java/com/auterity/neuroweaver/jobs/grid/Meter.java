package com.auterity.neuroweaver.jobs.grid;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;

/** Counts what one piece of work used. Thread-safe. */
public final class Meter {
  private final LongAdder cpuNanos = new LongAdder();
  private final LongAdder bytesRead = new LongAdder();
  private final LongAdder bytesWritten = new LongAdder();
  private final LongAdder tokensIn = new LongAdder();
  private final LongAdder tokensOut = new LongAdder();

  /** Runs the work and adds the CPU time of the calling thread to this meter. */
  public <T> T measure(Callable<T> work) throws Exception {
    long before = ThreadCpu.nanos();
    try {
      return work.call();
    } finally {
      cpuNanos.add(ThreadCpu.nanos() - before);
    }
  }

  /** As {@link #measure}, for work that gives nothing and declares no exception. */
  public void run(Runnable work) {
    long before = ThreadCpu.nanos();
    try {
      work.run();
    } finally {
      cpuNanos.add(ThreadCpu.nanos() - before);
    }
  }

  public void cpuNanos(long nanos) {
    cpuNanos.add(nanos);
  }

  public void bytesRead(long bytes) {
    bytesRead.add(bytes);
  }

  public void bytesWritten(long bytes) {
    bytesWritten.add(bytes);
  }

  public void tokensIn(long tokens) {
    tokensIn.add(tokens);
  }

  public void tokensOut(long tokens) {
    tokensOut.add(tokens);
  }

  public Usage usage(long wallNanos) {
    return new Usage(
        wallNanos,
        cpuNanos.sum(),
        bytesRead.sum(),
        bytesWritten.sum(),
        tokensIn.sum(),
        tokensOut.sum());
  }

  /** What was used: nanoseconds, bytes and tokens. */
  public record Usage(
      long wallNanos,
      long cpuNanos,
      long bytesRead,
      long bytesWritten,
      long tokensIn,
      long tokensOut) {}
}
