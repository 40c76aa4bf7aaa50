package com.auterity.neuroweaver.datasets.schema;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Instants as microseconds since 1970-01-01T00:00:00Z; what is finer is cut off downwards. */
public final class Micros {
  private static final long PER_SECOND = TimeUnit.SECONDS.toMicros(1);

  private Micros() {}

  /**
   * @throws ArithmeticException beyond some 292,000 years
   */
  public static long of(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), PER_SECOND), instant.getNano() / 1_000);
  }

  public static Instant toInstant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, PER_SECOND), Math.floorMod(micros, PER_SECOND) * 1_000L);
  }

  /** The instant without what is finer than a microsecond. */
  public static Instant truncate(Instant instant) {
    return toInstant(of(instant));
  }
}
