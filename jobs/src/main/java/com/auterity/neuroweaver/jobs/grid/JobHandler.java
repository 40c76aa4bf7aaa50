package com.auterity.neuroweaver.jobs.grid;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What one kind of job does. Made once for each node by the composition root; runs on whichever
 * node is the coordinator, as a detached, durable job that may be started again after a crash.
 */
public interface JobHandler {
  /** The word in JOB.KIND and in the API: {@code load}, {@code refine}, {@code train} ... */
  String kind();

  /**
   * Checks the parameters before a job is accepted.
   *
   * @throws com.auterity.neuroweaver.datasets.NeuroWeaverException INVALID_INPUT naming the field,
   *     what was found and what would be right; NOT_FOUND for things named that do not exist
   */
  void validate(String tenant, ObjectNode parameters);

  /**
   * Does the work and returns the result that goes into JOB.RESULT. When {@link
   * JobContext#lastCommit()} is present the job ran before and goes on from there; work after that
   * commit may be done again and must overwrite the same bytes.
   */
  ObjectNode run(JobContext context) throws Exception;
}
