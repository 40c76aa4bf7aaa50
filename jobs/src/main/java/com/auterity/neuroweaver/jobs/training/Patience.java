package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** How long a step waits for nodes to come back, and how often it looks. */
final class Patience {
  private final Duration limit;
  private final Duration interval;
  private final LongSupplier nanoTime;
  private long waitingSince = -1;

  Patience(Duration limit, Duration interval, LongSupplier nanoTime) {
    this.limit = limit;
    this.interval = interval;
    this.nanoTime = nanoTime;
  }

  static Patience ofAMinute() {
    return new Patience(Duration.ofMinutes(1), Duration.ofMillis(200), System::nanoTime);
  }

  /** Sleeps a little, or throws when the waiting has lasted too long. */
  void waitOrThrow(Supplier<NeuroWeaverException> problem) throws InterruptedException {
    if (waitingSince < 0) {
      waitingSince = nanoTime.getAsLong();
    }
    if (nanoTime.getAsLong() - waitingSince > limit.toNanos()) {
      throw problem.get();
    }
    Thread.sleep(interval.toMillis());
  }
}
