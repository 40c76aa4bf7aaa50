package com.auterity.neuroweaver.jobs.grid;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;

/** The user asked for the job to stop. */
public final class CancelledException extends NeuroWeaverException {
  private static final long serialVersionUID = 1L;

  public CancelledException(String jobId) {
    super(ErrorKind.CANCELLED, "job " + jobId + " was cancelled");
  }
}
