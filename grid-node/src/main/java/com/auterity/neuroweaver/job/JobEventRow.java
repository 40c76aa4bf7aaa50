package com.auterity.neuroweaver.job;

import java.time.Instant;

/** A row of JOB_EVENT: sequences of a job are 1, 2, 3 ... without gaps. */
record JobEventRow(
    String tenant,
    String jobId,
    long seq,
    Instant createdAt,
    long epoch,
    String node,
    String eventType,
    JobState state,
    String message,
    String dataJson) {}
