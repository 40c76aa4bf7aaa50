package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/**
 * A job as it is now.
 *
 * @param parentId null without one
 * @param idempotencyKey null without one
 * @param result null until it SUCCEEDED
 * @param error null unless it FAILED
 * @param epoch how often it has been taken up
 * @param node the node that coordinates or coordinated it; null while QUEUED
 * @param progress null until there is some
 * @param lastEvent sequence of its newest event
 */
public record JobView(
    String tenant,
    String jobId,
    String kind,
    JobState state,
    String parentId,
    String idempotencyKey,
    ObjectNode parameters,
    ObjectNode result,
    JobError error,
    boolean cancelRequested,
    long epoch,
    String node,
    Progress progress,
    long lastEvent,
    Instant createdAt,
    Instant startedAt,
    Instant finishedAt,
    Instant updatedAt) {

  /** Why a job failed. */
  public record JobError(ErrorKind kind, String message, ObjectNode details) {}

  static JobView of(JobRow row) {
    return new JobView(
        row.tenant(),
        row.jobId(),
        row.kind(),
        row.state(),
        row.parentId(),
        row.idempotencyKey(),
        JobJson.object(row.paramsJson()),
        JobJson.object(row.resultJson()),
        row.errorKind() == null
            ? null
            : new JobError(
                row.errorKind(), row.errorMessage(), JobJson.object(row.errorDetailsJson())),
        row.cancelRequested(),
        row.epoch(),
        row.node(),
        row.progressPhase() == null
            ? null
            : new Progress(
                row.progressPhase(),
                row.progressDone(),
                row.progressTotal(),
                row.progressUnit(),
                JobJson.numbers(row.metricsJson())),
        row.events(),
        row.createdAt(),
        row.startedAt(),
        row.finishedAt(),
        row.updatedAt());
  }
}
