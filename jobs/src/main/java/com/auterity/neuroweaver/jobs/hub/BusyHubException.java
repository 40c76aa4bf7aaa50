package com.auterity.neuroweaver.jobs.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** An answer after which the same request may succeed: 429, or 5xx. */
final class BusyHubException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final Duration retryAfter;

  BusyHubException(int status, Optional<Duration> retryAfter, String message) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter.orElse(null);
  }

  int status() {
    return status;
  }

  /** What the server asks to wait. */
  Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
