package com.auterity.neuroweaver.jobs.hub;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Consumer;

/** Lines that tell how far a transfer is: at most one every few seconds, and one at each event. */
final class TransferLines {
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final Clock clock;
  private final Consumer<String> lines;
  private final String verb;
  private final long total;
  private final Instant begun;
  private Instant told;
  private long moved;
  private long done;

  /**
   * @param verb what is done: {@code fetched}, {@code sent}
   * @param total bytes to move
   */
  TransferLines(Clock clock, Consumer<String> lines, String verb, long total) {
    this.clock = clock;
    this.lines = lines;
    this.verb = verb;
    this.total = total;
    this.begun = clock.instant();
    this.told = begun;
  }

  /** Bytes that came over the network. */
  synchronized void moved(long bytes) {
    moved += bytes;
    done += bytes;
    Instant now = clock.instant();
    if (Duration.between(told, now).compareTo(INTERVAL) >= 0) {
      told = now;
      long millis = Math.max(1, Duration.between(begun, now).toMillis());
      lines.accept(
          String.format(
              Locale.ROOT,
              "%s %s of %s (%d%%), %s/s",
              verb,
              size(done),
              size(total),
              total == 0 ? 100 : done * 100 / total,
              size(moved * 1000 / millis)));
    }
  }

  /** Bytes that were there before; or, negative, bytes that turned out to be of no use. */
  synchronized void had(long bytes) {
    done += bytes;
  }

  synchronized void event(String line) {
    lines.accept(line);
  }

  synchronized long bytesMoved() {
    return moved;
  }

  static String size(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    String[] units = {"kB", "MB", "GB", "TB"};
    double value = bytes / 1000.0;
    int unit = 0;
    while (value >= 999.95 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }
}
