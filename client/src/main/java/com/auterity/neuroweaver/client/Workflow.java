package com.auterity.neuroweaver.client;

import java.time.Instant;
import java.util.List;

/**
 * A workflow run. {@code workflowId} is its job's id; {@code hasReport} says whether report.json
 * and report.html can be fetched.
 */
public record Workflow(
    String workflowId,
    String name,
    JobState state,
    List<WorkflowStep> steps,
    boolean hasReport,
    Problem error,
    Instant createdAt,
    Instant startedAt,
    Instant finishedAt) {
  public Workflow {
    steps = steps == null ? List.of() : List.copyOf(steps);
  }
}
