package com.auterity.neuroweaver.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JobStateTest {
  private static final Map<JobState, Set<JobState>> LEGAL =
      Map.of(
          JobState.QUEUED, EnumSet.of(JobState.RUNNING, JobState.FAILED, JobState.CANCELLED),
          JobState.RUNNING,
              EnumSet.of(JobState.RUNNING, JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED),
          JobState.SUCCEEDED, Set.of(),
          JobState.FAILED, Set.of(),
          JobState.CANCELLED, Set.of());

  @Test
  void everyTransitionIsLegalOrRefusedNamingBothStates() {
    for (JobState from : JobState.values()) {
      for (JobState to : JobState.values()) {
        if (LEGAL.get(from).contains(to)) {
          assertEquals(to, from.to(to, "job_1"));
        } else {
          NeuroWeaverException e =
              assertThrows(NeuroWeaverException.class, () -> from.to(to, "job_1"));
          assertEquals(ErrorKind.CONFLICT, e.kind());
          assertEquals("job job_1 is " + from + " and cannot become " + to, e.getMessage());
        }
      }
    }
  }

  @Test
  void theThreeEndsAreFinal() {
    for (JobState state : JobState.values()) {
      assertEquals(LEGAL.get(state).isEmpty(), state.isFinal());
    }
  }
}
