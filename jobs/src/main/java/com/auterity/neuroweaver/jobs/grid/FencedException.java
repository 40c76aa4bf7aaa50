package com.auterity.neuroweaver.jobs.grid;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;

/** Another coordinator has taken the job over; this run must stop and leave no trace. */
public final class FencedException extends NeuroWeaverException {
  private static final long serialVersionUID = 1L;

  public FencedException(String jobId, long epoch) {
    super(ErrorKind.CONFLICT, "job " + jobId + " was taken over from the run of epoch " + epoch);
  }
}
