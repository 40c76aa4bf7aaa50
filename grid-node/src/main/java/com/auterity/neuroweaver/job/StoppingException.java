package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;

/** This node is stopping: the run ends here and another node takes the job up. */
final class StoppingException extends NeuroWeaverException {
  private static final long serialVersionUID = 1L;

  StoppingException(String jobId) {
    super(ErrorKind.UNAVAILABLE, "the node that coordinates job " + jobId + " is stopping");
  }
}
