package com.auterity.neuroweaver.job;

import java.time.Instant;

/** A row of JOB_SUBMISSION: which job an idempotency key stands for, and what was asked for. */
record SubmissionRow(
    String tenant, String idempotencyKey, String jobId, String requestSha256, Instant createdAt) {}
