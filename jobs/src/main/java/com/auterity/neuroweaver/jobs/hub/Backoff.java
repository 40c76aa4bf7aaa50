package com.auterity.neuroweaver.jobs.hub;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Counts the failures of one piece of work in a row and waits between them: half a second, doubled
 * each time, less up to a half by chance so that clients do not come back together; or what the
 * server's Retry-After asks for. The fifth failure, and one that waiting cannot cure, is final.
 */
final class Backoff {
  static final int ATTEMPTS = 5;
  static final Duration LONGEST_WAIT = Duration.ofMinutes(2);
  private static final long FIRST_MILLIS = 500;

  /** Waits; a test's counts instead. */
  interface Sleeper {
    void sleep(Duration time) throws InterruptedException;
  }

  private final Sleeper sleeper;
  private final RandomGenerator random;
  private int failures;

  Backoff(Sleeper sleeper, RandomGenerator random) {
    this.sleeper = sleeper;
    this.random = random;
  }

  /** The work went on: what failed before no longer counts. */
  void progressed() {
    failures = 0;
  }

  int failures() {
    return failures;
  }

  /** Waits until the work may be tried again, or throws what the user is to read. */
  void failed(String what, IOException failure) throws InterruptedException {
    failures++;
    Optional<Duration> asked = Optional.empty();
    if (failure instanceof BusyHubException busy) {
      asked = busy.retryAfter();
    }
    if (asked.isPresent() && asked.get().compareTo(LONGEST_WAIT) > 0) {
      throw finalFailure(
          what, failure, "it asks to come back in " + asked.get().toSeconds() + " s");
    }
    if (failures >= ATTEMPTS) {
      throw finalFailure(what, failure, "tried " + failures + " times");
    }
    if (!curable(failure)) {
      throw finalFailure(what, failure, "not tried again");
    }
    long millis = FIRST_MILLIS << (failures - 1);
    sleeper.sleep(
        asked.orElseGet(
            () -> Duration.ofMillis(Math.round(millis * (1 - random.nextDouble() / 2)))));
  }

  private static boolean curable(IOException failure) {
    return !(failure instanceof SSLHandshakeException
        || failure instanceof SSLPeerUnverifiedException);
  }

  private static NeuroWeaverException finalFailure(String what, IOException failure, String tries) {
    if (failure instanceof BusyHubException busy) {
      return new NeuroWeaverException(
          busy.status() == 429 ? ErrorKind.BUSY : ErrorKind.UNAVAILABLE,
          "%s: %s (%s)".formatted(what, busy.getMessage(), tries),
          Map.of("status", busy.status()),
          failure);
    }
    String reason = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    if (failure instanceof ConnectException) {
      reason =
          failure.getCause() instanceof UnresolvedAddressException
                  || failure.getCause() != null
                      && failure.getCause().getCause() instanceof UnresolvedAddressException
              ? "there is no such host; is HF_ENDPOINT right, and is this machine online?"
              : "it cannot be reached; is HF_ENDPOINT right, and is this machine online?";
    }
    return new NeuroWeaverException(
        ErrorKind.UNAVAILABLE, "%s: %s (%s)".formatted(what, reason, tries), Map.of(), failure);
  }
}
