package com.auterity.neuroweaver.job;

import java.time.Instant;

/**
 * A row of JOB_REQUEST: inserted by a client with tenant, request_id, kind and params; the grid
 * fills in the rest within a second.
 *
 * @param status null until the grid has looked at it, then ACCEPTED or REJECTED
 */
record JobRequestRow(
    String tenant,
    String requestId,
    String kind,
    String params,
    String status,
    String message,
    String jobId,
    Instant answeredAt) {
  static final String ACCEPTED = "ACCEPTED";
  static final String REJECTED = "REJECTED";
}
