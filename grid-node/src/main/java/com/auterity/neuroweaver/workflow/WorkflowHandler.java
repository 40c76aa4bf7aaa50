package com.auterity.neuroweaver.workflow;

import com.auterity.neuroweaver.api.Jobs;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.Problem;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Job {@code workflow}: runs a program's steps as durable child jobs, each as soon as the steps it
 * needs have succeeded. Children are submitted under {@code <workflow job>/<step>}, so a run that
 * takes over finds those of the run before it.
 */
public final class WorkflowHandler implements JobHandler {
  static final String KIND = "workflow";
  private static final Logger LOG = LoggerFactory.getLogger(WorkflowHandler.class);

  private final Jobs jobs;
  private final WorkflowSource source;
  private final Duration poll;

  public WorkflowHandler(Jobs jobs, WorkflowSource source) {
    this(jobs, source, Duration.ofMillis(200));
  }

  WorkflowHandler(Jobs jobs, WorkflowSource source, Duration poll) {
    this.jobs = jobs;
    this.source = source;
    this.poll = poll;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    source.check(tenant, parameters);
  }

  @Override
  public ObjectNode run(JobContext context) throws InterruptedException {
    Program program = source.program(context.parameters());
    Map<String, Job> children = submittedBefore(context, program);
    String told = null;
    try {
      while (true) {
        context.ensureActive();
        int submitted = submitReady(context, program, children);
        for (Map.Entry<String, Job> entry : children.entrySet()) {
          if (!entry.getValue().state().isFinal()) {
            entry.setValue(jobs.get(context.tenant(), entry.getValue().jobId()));
          }
        }
        failFast(children);
        Progress progress = progress(program, children);
        if (!Objects.equals(told, progress.phase())) {
          context.progress(progress);
          told = progress.phase();
        }
        if (progress.done() == progress.total()) {
          return result(program, children);
        }
        if (submitted == 0) {
          Thread.sleep(poll.toMillis());
        }
      }
    } catch (FencedException e) {
      // The run that took over owns the children now.
      throw e;
    } catch (RuntimeException e) {
      cancelChildren(context, children);
      throw e;
    }
  }

  /** The children of an earlier run of this job, by step. */
  private Map<String, Job> submittedBefore(JobContext context, Program program) {
    Map<String, Job> byStep = new LinkedHashMap<>();
    for (Job child : jobs.children(context.tenant(), context.jobId())) {
      for (Program.Step step : program.steps()) {
        if (childKey(context.jobId(), step.name()).equals(child.idempotencyKey())) {
          byStep.put(step.name(), child);
        }
      }
    }
    return byStep;
  }

  /** Submits the steps that can go; returns how many. */
  private int submitReady(JobContext context, Program program, Map<String, Job> children) {
    int submitted = 0;
    for (Program.Step step : program.steps()) {
      if (children.containsKey(step.name()) || !succeeded(children, step.needs())) {
        continue;
      }
      ObjectNode parameters = resolve(step, children);
      String key = childKey(context.jobId(), step.name());
      Job child;
      try {
        child = jobs.submit(context.tenant(), step.kind().word(), parameters, key, context.jobId());
      } catch (NeuroWeaverException e) {
        Map<String, Object> details = new LinkedHashMap<>(e.details());
        details.put("step", step.name());
        throw new NeuroWeaverException(
            e.kind(), "step " + step.name() + ": " + e.getMessage(), details, e);
      }
      LOG.info("workflow {} step {} is job {}", context.jobId(), step.name(), child.jobId());
      children.put(step.name(), child);
      submitted++;
    }
    return submitted;
  }

  static String childKey(String workflowJobId, String step) {
    return workflowJobId + "/" + step;
  }

  private static boolean succeeded(Map<String, Job> children, List<String> steps) {
    return steps.stream()
        .allMatch(
            step -> children.containsKey(step) && children.get(step).state() == JobState.SUCCEEDED);
  }

  private static ObjectNode resolve(Program.Step step, Map<String, Job> children) {
    return (ObjectNode)
        References.replace(
            step.with(),
            "/steps/" + step.name() + "/with",
            (pointer, text) -> {
              StepReference reference = StepReference.parse(text).orElseThrow();
              Job job = children.get(reference.step());
              ObjectNode result =
                  job.result() instanceof ObjectNode object
                      ? object
                      : JsonNodeFactory.instance.objectNode();
              JsonNode value = reference.in(job.jobId(), result);
              if (value == null) {
                throw new NeuroWeaverException(
                    ErrorKind.INVALID_INPUT,
                    pointer
                        + ": the result of step "
                        + reference.step()
                        + " has no "
                        + reference.field(),
                    Map.of("step", step.name(), "reference", "${" + text + "}"));
              }
              return value;
            },
            true);
  }

  private static void failFast(Map<String, Job> children) {
    for (Map.Entry<String, Job> entry : children.entrySet()) {
      Job child = entry.getValue();
      if (child.state() != JobState.FAILED && child.state() != JobState.CANCELLED) {
        continue;
      }
      Problem error = child.error();
      Map<String, Object> details = new LinkedHashMap<>();
      if (error != null) {
        details.putAll(error.details());
      }
      details.put("step", entry.getKey());
      details.put("job_id", child.jobId());
      String why = error == null ? "it was cancelled" : error.message();
      throw new NeuroWeaverException(
          kindOf(child.state(), error), "step " + entry.getKey() + ": " + why, details);
    }
  }

  private static ErrorKind kindOf(JobState state, Problem error) {
    if (state == JobState.CANCELLED || error == null) {
      return ErrorKind.CONFLICT;
    }
    ErrorKind kind =
        Arrays.stream(ErrorKind.values())
            .filter(candidate -> candidate.name().equals(error.code()))
            .findFirst()
            .orElse(ErrorKind.INTERNAL);
    // The child has been retried as far as it helps: the workflow must not be retried for it.
    return kind.retryable() ? ErrorKind.INTERNAL : kind;
  }

  private static Progress progress(Program program, Map<String, Job> children) {
    long done = children.values().stream().filter(job -> job.state() == JobState.SUCCEEDED).count();
    List<String> active =
        children.entrySet().stream()
            .filter(entry -> !entry.getValue().state().isFinal())
            .map(Map.Entry::getKey)
            .toList();
    return new Progress(
        active.isEmpty() ? "done" : String.join(", ", active),
        done,
        program.steps().size(),
        "steps",
        Map.of());
  }

  private void cancelChildren(JobContext context, Map<String, Job> children) {
    for (Job child : children.values()) {
      if (child.state().isFinal()) {
        continue;
      }
      try {
        jobs.cancel(context.tenant(), child.jobId());
      } catch (NeuroWeaverException e) {
        // It ended by itself meanwhile, or cannot be reached: its own row tells.
        LOG.info("job {} was not cancelled: {}", child.jobId(), e.getMessage());
      }
    }
  }

  private static ObjectNode result(Program program, Map<String, Job> children) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("name", program.name());
    ObjectNode steps = result.putObject("steps");
    children.forEach((step, job) -> steps.put(step, job.jobId()));
    for (Program.Step step : program.steps()) {
      if (step.kind() == StepKind.REPORT) {
        JsonNode report = children.get(step.name()).result();
        result.set("report_json", report.get("report_json"));
        result.set("report_html", report.get("report_html"));
      }
    }
    return result;
  }
}
