package com.auterity.neuroweaver.costguard;

import com.auterity.neuroweaver.jobs.grid.Meter;
import java.time.Instant;
import java.util.Objects;

/**
 * What one execution used: a job's coordinator, one call on a node, a batch of predictions, or the
 * process itself. Redone work has rows of its own, because it was paid for.
 *
 * @param usageId made when the execution starts, so writing the row again changes nothing
 * @param jobId null for predictions and overhead
 * @param kind the job's kind, {@code predict} or {@code overhead}
 */
public record UsageRow(
    String tenant,
    String usageId,
    String jobId,
    String kind,
    Role role,
    long epoch,
    String node,
    String datasetVersionId,
    String modelVersionId,
    Instant startedAt,
    Instant endedAt,
    Meter.Usage usage) {
  /** Which part of the work a row measured. */
  public enum Role {
    COORDINATOR,
    CALL,
    PREDICT,
    OVERHEAD
  }

  public UsageRow {
    Objects.requireNonNull(tenant, "tenant");
    Objects.requireNonNull(usageId, "usageId");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(startedAt, "startedAt");
    Objects.requireNonNull(endedAt, "endedAt");
    Objects.requireNonNull(usage, "usage");
  }
}
