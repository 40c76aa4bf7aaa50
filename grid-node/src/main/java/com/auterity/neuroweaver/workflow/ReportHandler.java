package com.auterity.neuroweaver.workflow;

import com.auterity.neuroweaver.api.Bills;
import com.auterity.neuroweaver.api.Jobs;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Job {@code report}: gathers the results of other jobs and their bill into {@code report.json} and
 * {@code report.html}, kept as blobs. Parameters: {@code title}, and a job id for each {@link
 * Role}.
 */
public final class ReportHandler implements JobHandler {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Jobs jobs;
  private final Bills bills;

  public ReportHandler(Jobs jobs, Bills bills) {
    this.jobs = jobs;
    this.bills = bills;
  }

  /** What a job is in a report, the parameter that names it, and the kind it must be of. */
  enum Role {
    LOAD("load", StepKind.LOAD),
    REFINE("refine", StepKind.REFINE),
    TRAIN("train", StepKind.TRAIN),
    EVALUATE("evaluate", StepKind.EVALUATE),
    REGISTER("register", StepKind.REGISTER),
    DEPLOY("deploy", StepKind.DEPLOY),
    INFER("infer", StepKind.INFER);

    private final String parameter;
    private final StepKind kind;

    Role(String parameter, StepKind kind) {
      this.parameter = parameter;
      this.kind = kind;
    }
  }

  @Override
  public String kind() {
    return StepKind.REPORT.word();
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    for (Map.Entry<String, JsonNode> field : parameters.properties()) {
      boolean known =
          field.getKey().equals("title")
              || List.of(Role.values()).stream().anyMatch(r -> r.parameter.equals(field.getKey()));
      if (!known || !field.getValue().isTextual()) {
        throw new NeuroWeaverException(
            ErrorKind.INVALID_INPUT,
            known
                ? field.getKey() + ": found " + field.getValue() + ", expected a text"
                : "unknown parameter "
                    + field.getKey()
                    + " of a report: known are title and "
                    + List.of(Role.values()).stream().map(r -> r.parameter).toList(),
            Map.of("field", field.getKey()));
      }
    }
    results(tenant, parameters);
  }

  @Override
  public ObjectNode run(JobContext context) throws Exception {
    context.progress(new Progress("writing", 0, 0, "", Map.of()));
    Map<Role, ObjectNode> results = results(context.tenant(), context.parameters());
    String parent = jobs.get(context.tenant(), context.jobId()).parentJobId();
    ObjectNode report =
        Report.build(
            context.parameters().path("title").asText("NeuroWeaver report"),
            parent,
            context.grid().nodes().stream().map(GridNode::name).sorted().toList(),
            results,
            bills.of(context.tenant(), parent));
    byte[] json = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(report);
    byte[] html = ReportPage.render(report).getBytes(StandardCharsets.UTF_8);
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("report_json", context.blobs().put(json));
    result.put("report_html", context.blobs().put(html));
    return result;
  }

  private Map<Role, ObjectNode> results(String tenant, ObjectNode parameters) {
    Map<Role, ObjectNode> results = new LinkedHashMap<>();
    for (Role role : Role.values()) {
      if (!parameters.hasNonNull(role.parameter)) {
        continue;
      }
      Job job = jobs.get(tenant, parameters.get(role.parameter).asText());
      if (!job.kind().equals(role.kind.word())) {
        throw new NeuroWeaverException(
            ErrorKind.INVALID_INPUT,
            role.parameter
                + ": job "
                + job.jobId()
                + " is of kind "
                + job.kind()
                + ", expected "
                + role.kind.word(),
            Map.of("field", role.parameter, "found", job.kind(), "expected", role.kind.word()));
      }
      if (job.state() != JobState.SUCCEEDED) {
        throw new NeuroWeaverException(
            ErrorKind.CONFLICT,
            role.parameter + ": job " + job.jobId() + " is " + job.state() + ", expected SUCCEEDED",
            Map.of("field", role.parameter));
      }
      results.put(
          role,
          job.result() instanceof ObjectNode object
              ? object
              : JsonNodeFactory.instance.objectNode());
    }
    return results;
  }
}
