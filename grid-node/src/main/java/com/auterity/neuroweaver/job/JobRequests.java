package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Jobs asked for by inserting a row into JOB_REQUEST. The request id is the idempotency key, so
 * answering a row twice submits once.
 */
final class JobRequests {
  private final RecordTable<JobRequestRow> requests;
  private final JobService service;
  private final Supplier<Instant> now;

  JobRequests(RecordTable<JobRequestRow> requests, JobService service, Supplier<Instant> now) {
    this.requests = requests;
    this.service = service;
    this.now = now;
  }

  /** Submits what is new and writes into each row what came of it. */
  void answer() {
    Map<String, Object> unanswered = new HashMap<>();
    unanswered.put("status", null);
    for (JobRequestRow row : requests.where(unanswered)) {
      answer(row);
    }
  }

  private void answer(JobRequestRow row) {
    String jobId;
    try {
      jobId =
          service.submit(
              row.tenant(),
              row.kind(),
              JobJson.parse(row.params() == null ? "{}" : row.params(), "PARAMS"),
              "request:" + row.requestId(),
              null);
    } catch (NeuroWeaverException e) {
      if (!e.kind().retryable()) {
        write(row, JobRequestRow.REJECTED, e.getMessage(), null);
      }
      return;
    } catch (IllegalArgumentException | IllegalStateException | NullPointerException e) {
      // A handler's check that stumbled over this row must not stop the others.
      write(row, JobRequestRow.REJECTED, "the check of its parameters failed: " + e, null);
      return;
    }
    write(row, JobRequestRow.ACCEPTED, "submitted", jobId);
  }

  private void write(JobRequestRow row, String status, String message, String jobId) {
    requests.update(
        found ->
            found.status() != null
                ? found
                : new JobRequestRow(
                    found.tenant(),
                    found.requestId(),
                    found.kind(),
                    found.params(),
                    status,
                    message,
                    jobId,
                    now.get()),
        row.tenant(),
        row.requestId());
  }
}
