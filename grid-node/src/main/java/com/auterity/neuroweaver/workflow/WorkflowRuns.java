package com.auterity.neuroweaver.workflow;

import com.auterity.neuroweaver.api.Jobs;
import com.auterity.neuroweaver.api.Workflows;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.Workflow;
import com.auterity.neuroweaver.client.WorkflowRequest;
import com.auterity.neuroweaver.client.WorkflowStep;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Workflow runs as views of their job and its children. */
public final class WorkflowRuns implements Workflows {
  private final Jobs jobs;
  private final WorkflowSource source;
  private final BlobStore blobs;

  public WorkflowRuns(Jobs jobs, WorkflowSource source, BlobStore blobs) {
    this.jobs = jobs;
    this.source = source;
    this.blobs = blobs;
  }

  @Override
  public Workflow create(String tenant, WorkflowRequest request, String idempotencyKey) {
    ObjectNode parameters = JsonNodeFactory.instance.objectNode();
    if (request.file() != null) {
      parameters.put("file", request.file());
    }
    if (request.source() != null) {
      parameters.put("source", request.source());
    }
    ObjectNode given = parameters.putObject("parameters");
    request.parameters().forEach(given::set);
    Job job = jobs.submit(tenant, WorkflowHandler.KIND, parameters, idempotencyKey, null);
    return view(tenant, job);
  }

  @Override
  public Workflow get(String tenant, String workflowId) {
    return view(tenant, workflow(tenant, workflowId));
  }

  @Override
  public byte[] reportJson(String tenant, String workflowId) {
    return report(tenant, workflowId, "report_json");
  }

  @Override
  public byte[] reportHtml(String tenant, String workflowId) {
    return report(tenant, workflowId, "report_html");
  }

  private Job workflow(String tenant, String workflowId) {
    Job job = jobs.get(tenant, workflowId);
    if (!job.kind().equals(WorkflowHandler.KIND)) {
      throw NeuroWeaverException.notFound(
          "job " + workflowId + " is a " + job.kind() + " job, not a workflow");
    }
    return job;
  }

  private byte[] report(String tenant, String workflowId, String field) {
    Job job = workflow(tenant, workflowId);
    JsonNode sha = job.result() == null ? null : job.result().get(field);
    if (sha == null || sha.isNull()) {
      throw NeuroWeaverException.notFound(
          "workflow "
              + workflowId
              + " is "
              + job.state()
              + " and has no report: a step of kind report makes one");
    }
    return blobs.get(sha.asText());
  }

  private Workflow view(String tenant, Job job) {
    Program program = source.program((ObjectNode) job.parameters());
    Map<String, Job> children = new HashMap<>();
    for (Job child : jobs.children(tenant, job.jobId())) {
      if (child.idempotencyKey() != null) {
        children.put(child.idempotencyKey(), child);
      }
    }
    List<WorkflowStep> steps =
        program.steps().stream()
            .map(
                step ->
                    step(step, children.get(WorkflowHandler.childKey(job.jobId(), step.name()))))
            .toList();
    boolean hasReport =
        job.state() == JobState.SUCCEEDED
            && job.result() != null
            && job.result().hasNonNull("report_json");
    return new Workflow(
        job.jobId(),
        program.name(),
        job.state(),
        steps,
        hasReport,
        job.error(),
        job.createdAt(),
        job.startedAt(),
        job.finishedAt());
  }

  private static WorkflowStep step(Program.Step step, Job job) {
    if (job == null) {
      return new WorkflowStep(
          step.name(), step.kind().word(), step.needs(), null, null, null, null, null, null, null);
    }
    return new WorkflowStep(
        step.name(),
        step.kind().word(),
        step.needs(),
        job.jobId(),
        job.state(),
        job.progress(),
        job.result(),
        job.error(),
        job.startedAt(),
        job.finishedAt());
  }
}
