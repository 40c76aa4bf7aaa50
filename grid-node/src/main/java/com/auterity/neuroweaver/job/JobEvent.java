package com.auterity.neuroweaver.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/**
 * Something that happened to a job.
 *
 * @param sequence 1, 2, 3 ... within the job
 * @param type {@code QUEUED}, {@code RUNNING}, {@code PROGRESS}, {@code RETRY}, {@code
 *     CANCEL_REQUESTED}, {@code SUCCEEDED}, {@code FAILED}, {@code CANCELLED}
 * @param state the job's state after it
 * @param node null where no node acted
 * @param data null where there is none
 */
public record JobEvent(
    long sequence,
    Instant at,
    String type,
    JobState state,
    long epoch,
    String node,
    String message,
    ObjectNode data) {
  static JobEvent of(JobEventRow row) {
    return new JobEvent(
        row.seq(),
        row.createdAt(),
        row.eventType(),
        row.state(),
        row.epoch(),
        row.node(),
        row.message(),
        JobJson.object(row.dataJson()));
  }
}
