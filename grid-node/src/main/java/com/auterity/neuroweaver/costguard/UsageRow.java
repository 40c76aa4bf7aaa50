package com.auterity.neuroweaver.costguard;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.github.f4b6a3.uuid.UuidCreator;
import java.time.Instant;
import java.util.Objects;

/**
 * A row of USAGE: what one execution used, be it a job's coordinator, one call on a node, some
 * seconds of predictions, or the process itself. Redone work has rows of its own: it was paid for.
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
    long wallNanos,
    long cpuNanos,
    long bytesRead,
    long bytesWritten,
    long tokensIn,
    long tokensOut) {
  public static final TableDefinition<UsageRow> TABLE =
      TableDefinition.of("USAGE", UsageRow.class, 2, CacheGroup.LEDGER)
          .withIndex("TENANT", "JOB_ID");

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
    Objects.requireNonNull(node, "node");
    Objects.requireNonNull(startedAt, "startedAt");
    Objects.requireNonNull(endedAt, "endedAt");
  }

  /** What a node used to read rows for a request that is no job. */
  public static UsageRow read(
      String tenant, String node, Instant startedAt, long wallNanos, Meter.Usage usage) {
    return of(
        tenant,
        "read_" + UuidCreator.getTimeOrderedEpoch(),
        null,
        "read",
        Role.CALL,
        0,
        node,
        null,
        null,
        startedAt,
        startedAt.plusNanos(wallNanos),
        usage);
  }

  /** A row of what a meter counted. */
  public static UsageRow of(
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
    return new UsageRow(
        tenant,
        usageId,
        jobId,
        kind,
        role,
        epoch,
        node,
        datasetVersionId,
        modelVersionId,
        startedAt,
        endedAt,
        usage.wallNanos(),
        usage.cpuNanos(),
        usage.bytesRead(),
        usage.bytesWritten(),
        usage.tokensIn(),
        usage.tokensOut());
  }
}
