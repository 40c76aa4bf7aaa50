package com.auterity.neuroweaver.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;

/** One step of a running workflow; {@code jobId} is null until it was submitted. */
public record WorkflowStep(
    String name,
    String kind,
    List<String> needs,
    String jobId,
    JobState state,
    JobProgress progress,
    JsonNode result,
    Problem error,
    Instant startedAt,
    Instant finishedAt) {
  public WorkflowStep {
    needs = needs == null ? List.of() : List.copyOf(needs);
  }
}
