package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobEvent;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.Page;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** The durable jobs of the grid, as the API needs them. */
public interface Jobs {
  /**
   * Accepts a job after its handler has validated the parameters.
   *
   * @param idempotencyKey null, or a key for which a second submit returns the first one's job
   * @param parentJobId null unless another job submits it
   */
  Job submit(
      String tenant, String kind, ObjectNode parameters, String idempotencyKey, String parentJobId);

  /** The job, or NOT_FOUND. */
  Job get(String tenant, String jobId);

  /** Newest first; null {@code kind} and {@code state} mean all. */
  Page<Job> list(String tenant, String kind, JobState state, int limit, long offset);

  /** Jobs submitted by another job, oldest first. */
  List<Job> children(String tenant, String parentJobId);

  /** Asks the job and its children to stop; CONFLICT when it is final already. */
  Job cancel(String tenant, String jobId);

  /** Events with a sequence greater than {@code since}, in order; at most {@code limit}. */
  List<JobEvent> events(String tenant, String jobId, long since, int limit);

  /** How many jobs of all tenants are in each state. */
  Map<JobState, Long> countByState();
}
