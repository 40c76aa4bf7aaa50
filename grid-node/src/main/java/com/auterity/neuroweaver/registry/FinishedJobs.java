package com.auterity.neuroweaver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Jobs as the registry reads them for lineage. */
public interface FinishedJobs {
  /**
   * A job's parameters and result.
   *
   * @throws com.auterity.neuroweaver.datasets.NeuroWeaverException NOT_FOUND; CONFLICT when the job
   *     has not SUCCEEDED, naming its state
   */
  FinishedJob get(String tenant, String jobId);

  record FinishedJob(String jobId, String kind, ObjectNode parameters, ObjectNode result) {}
}
