package com.auterity.neuroweaver.costguard;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Writes the CPU time of this process that no USAGE row claims as overhead, a row for each minute.
 * Work is claimed when it ends: what was overhead until then is taken back from the newest rows, so
 * that overhead and claims add up to the process's CPU time at every sample.
 */
public final class OverheadSampler {
  private static final int MINUTES_KEPT = 24 * 60;

  private final String tenant;
  private final String node;
  private final LongSupplier processCpuNanos;
  private final ClaimedCpu claimed;
  private final UsageSink sink;
  private final Clock clock;

  // Guarded by this; oldest first.
  private final Deque<Minute> minutes = new ArrayDeque<>();
  private final long before;
  private final Instant started;
  private long written;

  /** CPU time used before the sampler is made counts too: starting a node is overhead. */
  public OverheadSampler(
      String tenant,
      String node,
      LongSupplier processCpuNanos,
      ClaimedCpu claimed,
      UsageSink sink,
      Clock clock) {
    this.tenant = tenant;
    this.node = node;
    this.processCpuNanos = processCpuNanos;
    this.claimed = claimed;
    this.sink = sink;
    this.clock = clock;
    this.started = clock.instant().truncatedTo(ChronoUnit.MICROS);
    this.before = claimed.nanos();
  }

  /** One minute's row; its CPU time may still change. */
  private static final class Minute {
    final Instant from;
    Instant to;
    long cpuNanos;

    Minute(Instant from) {
      this.from = from;
      this.to = from;
    }
  }

  /** Brings the rows up to date; called every few seconds and before a bill is made. */
  public synchronized void sample() {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    long unclaimed = processCpuNanos.getAsLong() - (claimed.nanos() - before) - written;
    List<Minute> changed = new ArrayList<>();
    Minute current = current(now);
    current.to = now;
    changed.add(current);
    if (unclaimed > 0) {
      current.cpuNanos += unclaimed;
      written += unclaimed;
    }
    for (Iterator<Minute> newest = minutes.descendingIterator();
        unclaimed < 0 && newest.hasNext(); ) {
      Minute minute = newest.next();
      long back = Math.min(minute.cpuNanos, -unclaimed);
      if (back > 0) {
        minute.cpuNanos -= back;
        unclaimed += back;
        written -= back;
        if (minute != current) {
          changed.add(minute);
        }
      }
    }
    sink.write(
        changed.stream().filter(minute -> minute.to.isAfter(minute.from)).map(this::row).toList());
  }

  private Minute current(Instant now) {
    Minute last = minutes.peekLast();
    if (last == null) {
      last = new Minute(started);
      minutes.add(last);
    } else if (Duration.between(last.from, now).toSeconds() >= 60) {
      last = new Minute(last.to);
      minutes.add(last);
      if (minutes.size() > MINUTES_KEPT) {
        minutes.removeFirst();
      }
    }
    return last;
  }

  private UsageRow row(Minute minute) {
    return new UsageRow(
        tenant,
        "overhead_" + node + "_" + minute.from,
        null,
        "overhead",
        UsageRow.Role.OVERHEAD,
        0,
        node,
        null,
        null,
        minute.from,
        minute.to,
        Duration.between(minute.from, minute.to).toNanos(),
        minute.cpuNanos,
        0,
        0,
        0,
        0);
  }
}
