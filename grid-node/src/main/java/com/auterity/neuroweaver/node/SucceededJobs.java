package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.job.JobService;
import com.auterity.neuroweaver.job.JobState;
import com.auterity.neuroweaver.job.JobView;
import com.auterity.neuroweaver.registry.FinishedJobs;
import java.util.Map;

/** The registry's view of jobs: only those that SUCCEEDED. */
record SucceededJobs(JobService jobs) implements FinishedJobs {
  @Override
  public FinishedJob get(String tenant, String jobId) {
    JobView job = jobs.get(tenant, jobId);
    if (job.state() != JobState.SUCCEEDED) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "job " + jobId + " is " + job.state() + ", a job that SUCCEEDED is needed",
          Map.of("job", jobId, "state", job.state().name()));
    }
    return new FinishedJob(jobId, job.kind(), job.parameters(), job.result());
  }
}
