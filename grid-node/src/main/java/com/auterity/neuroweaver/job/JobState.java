package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.Map;

/**
 * Where a job stands. QUEUED may start, fail or be cancelled; RUNNING may be taken up again by
 * another coordinator or end; the three ends are final.
 */
public enum JobState {
  QUEUED,
  RUNNING,
  SUCCEEDED,
  FAILED,
  CANCELLED;

  public boolean isFinal() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }

  boolean mayBecome(JobState next) {
    return switch (this) {
      case QUEUED -> next == RUNNING || next == FAILED || next == CANCELLED;
      case RUNNING -> next != QUEUED;
      case SUCCEEDED, FAILED, CANCELLED -> false;
    };
  }

  /** Returns {@code next}, or refuses with CONFLICT naming both states. */
  JobState to(JobState next, String jobId) {
    if (!mayBecome(next)) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "job " + jobId + " is " + this + " and cannot become " + next,
          Map.of("job", jobId, "state", name()));
    }
    return next;
  }
}
