package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.Problem;
import com.auterity.neuroweaver.client.Workflow;
import com.auterity.neuroweaver.client.WorkflowStep;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/** Follows a workflow to its end, a line of progress for each step, and fetches its report. */
public final class WorkflowWatch {
  private static final Duration POLL = Duration.ofMillis(400);

  private final NeuroWeaverClient client;
  private final PrintWriter out;
  private final ProgressLines lines;
  private final Set<String> settled = new HashSet<>();

  public WorkflowWatch(NeuroWeaverClient client, PrintWriter out) {
    this.client = client;
    this.out = out;
    this.lines = ProgressLines.of(out);
  }

  /** Shows the steps as they go and returns the final workflow, whatever its end was. */
  public Workflow follow(String workflowId) throws InterruptedException {
    while (true) {
      Workflow workflow = client.workflow(workflowId);
      show(workflow);
      if (workflow.state().isFinal()) {
        return workflow;
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  /** Throws what the shell should see when the workflow did not succeed. */
  public static void throwUnlessSucceeded(Workflow workflow) {
    Problem error = workflow.error();
    String what = "workflow " + workflow.workflowId();
    for (WorkflowStep step : workflow.steps()) {
      if (step.state() == JobState.FAILED && step.error() != null) {
        what = "step " + step.name() + " (" + step.jobId() + ")";
        error = step.error();
        break;
      }
    }
    JobFailure.throwUnlessSucceeded(what, workflow.state(), error);
  }

  /** Writes report.json and report.html into the folder; returns false when there is no report. */
  public boolean writeReport(Workflow workflow, Path folder) {
    if (!workflow.hasReport()) {
      return false;
    }
    try {
      Files.createDirectories(folder);
      Files.write(folder.resolve("report.json"), client.workflowReportJson(workflow.workflowId()));
      Files.write(folder.resolve("report.html"), client.workflowReportHtml(workflow.workflowId()));
    } catch (IOException e) {
      throw new FailureException("cannot write the report into " + folder + ": " + e.getMessage());
    }
    out.println("report: " + folder.resolve("report.html"));
    return true;
  }

  private void show(Workflow workflow) {
    Instant now = Instant.now();
    for (WorkflowStep step : workflow.steps()) {
      if (step.state() == null || step.state() == JobState.QUEUED) {
        continue;
      }
      if (!step.state().isFinal()) {
        lines.update(line(step, now), now);
      } else if (settled.add(step.name())) {
        lines.settle(line(step, step.finishedAt() == null ? now : step.finishedAt()));
      }
    }
  }

  private static String line(WorkflowStep step, Instant now) {
    StringBuilder line = new StringBuilder();
    String mark =
        switch (step.state()) {
          case SUCCEEDED -> "done";
          case FAILED -> "FAILED";
          case CANCELLED -> "CANCELLED";
          default -> "...";
        };
    line.append(String.format("%-20s %-9s ", step.name(), mark));
    boolean succeeded = step.state() == JobState.SUCCEEDED;
    String outcome = succeeded ? ResultText.of(step.result()) : "";
    line.append(
        outcome.isEmpty() ? ProgressText.of(step.progress(), step.startedAt(), now) : outcome);
    if (step.startedAt() != null && step.state().isFinal()) {
      line.append("  in ");
      line.append(ProgressText.duration(Duration.between(step.startedAt(), now)));
    }
    return line.toString().stripTrailing();
  }
}
