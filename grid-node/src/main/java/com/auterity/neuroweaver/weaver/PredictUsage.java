package com.auterity.neuroweaver.weaver;

import com.auterity.neuroweaver.costguard.ClaimedCpu;
import com.auterity.neuroweaver.costguard.UsageRow;
import com.auterity.neuroweaver.costguard.UsageSink;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.auterity.neuroweaver.jobs.inference.Generation;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Sums what predictions use and writes it as one USAGE row for each model version and flush. */
public final class PredictUsage {
  private final String node;
  private final UsageSink sink;
  private final ClaimedCpu claimed;
  private final Clock clock;

  // Guarded by this.
  private Map<String, Sum> sums = new LinkedHashMap<>();

  public PredictUsage(String node, UsageSink sink, ClaimedCpu claimed, Clock clock) {
    this.node = node;
    this.sink = sink;
    this.claimed = claimed;
    this.clock = clock;
  }

  private static final class Sum {
    final String tenant;
    final String versionId;
    final Instant from;
    final Meter meter = new Meter();
    long wallNanos;

    Sum(String tenant, String versionId, Instant from) {
      this.tenant = tenant;
      this.versionId = versionId;
      this.from = from;
    }
  }

  synchronized void answered(String tenant, String versionId, Generation generation) {
    Sum sum = sum(tenant, versionId);
    sum.meter.tokensIn(generation.promptTokens());
    sum.meter.tokensOut(generation.tokens().length);
  }

  synchronized void worked(String tenant, String versionId, long wallNanos, long cpuNanos) {
    Sum sum = sum(tenant, versionId);
    sum.meter.cpuNanos(cpuNanos);
    claimed.add(cpuNanos);
    sum.wallNanos += wallNanos;
  }

  private Sum sum(String tenant, String versionId) {
    return sums.computeIfAbsent(tenant + "/" + versionId, key -> new Sum(tenant, versionId, now()));
  }

  /** Writes what came since the last time; called every few seconds and when the node stops. */
  public void flush() {
    Map<String, Sum> taken;
    synchronized (this) {
      taken = sums;
      sums = new LinkedHashMap<>();
    }
    List<UsageRow> rows = new ArrayList<>();
    for (Sum sum : taken.values()) {
      rows.add(
          UsageRow.of(
              sum.tenant,
              "predict_" + UUID.randomUUID(),
              null,
              "predict",
              UsageRow.Role.PREDICT,
              0,
              node,
              null,
              sum.versionId,
              sum.from,
              now(),
              sum.meter.usage(sum.wallNanos)));
    }
    if (!rows.isEmpty()) {
      sink.write(rows);
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
