package com.auterity.neuroweaver.jobs.inference;

/** Where a decode loop takes its requests from while it runs; all calls come on its thread. */
public interface GenerationFeed {
  /** The next request, or null when there is none now; asked whenever the batch has room. */
  Ticket poll();

  /** Told after each step what CPU time other threads spent on it; for metering. */
  default void helped(long cpuNanos) {}

  /** A request that wants an answer: exactly one of complete and fail is called, once. */
  interface Ticket {
    GenerationRequest request();

    /** Asked before each decode step. */
    boolean cancelled();

    void complete(Generation generation);

    /** For example a prompt longer than the context; the loop goes on with the others. */
    void fail(RuntimeException problem);
  }
}
