package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.api.Jobs;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobEvent;
import com.auterity.neuroweaver.client.JobProgress;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.Page;
import com.auterity.neuroweaver.client.PageMeta;
import com.auterity.neuroweaver.client.Problem;
import com.auterity.neuroweaver.job.JobService;
import com.auterity.neuroweaver.job.JobView;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The durable jobs in the words of the wire. */
final class ApiJobs implements Jobs {
  private final JobService jobs;

  ApiJobs(JobService jobs) {
    this.jobs = jobs;
  }

  @Override
  public Job submit(
      String tenant,
      String kind,
      ObjectNode parameters,
      String idempotencyKey,
      String parentJobId) {
    return get(tenant, jobs.submit(tenant, kind, parameters, idempotencyKey, parentJobId));
  }

  @Override
  public Job get(String tenant, String jobId) {
    return wire(jobs.get(tenant, jobId));
  }

  @Override
  public Page<Job> list(String tenant, String kind, JobState state, int limit, long offset) {
    List<JobView> all =
        jobs.list(tenant).stream()
            .filter(job -> kind == null || job.kind().equals(kind))
            .filter(job -> state == null || wire(job.state()) == state)
            .toList();
    return new Page<>(
        all.stream().skip(offset).limit(limit).map(ApiJobs::wire).toList(),
        new PageMeta(all.size(), limit, offset));
  }

  @Override
  public List<Job> children(String tenant, String parentJobId) {
    return jobs.children(tenant, parentJobId).stream().map(ApiJobs::wire).toList();
  }

  @Override
  public Job cancel(String tenant, String jobId) {
    return wire(jobs.cancel(tenant, jobId));
  }

  @Override
  public List<JobEvent> events(String tenant, String jobId, long since, int limit) {
    return jobs.events(tenant, jobId, since, limit).stream().map(ApiJobs::wire).toList();
  }

  @Override
  public Map<JobState, Long> countByState() {
    Map<JobState, Long> counts = new EnumMap<>(JobState.class);
    jobs.countByState().forEach((state, count) -> counts.put(wire(state), count));
    return counts;
  }

  private static JobState wire(com.auterity.neuroweaver.job.JobState state) {
    return JobState.valueOf(state.name());
  }

  private static Job wire(JobView job) {
    return new Job(
        job.jobId(),
        job.kind(),
        wire(job.state()),
        job.parentId(),
        job.idempotencyKey(),
        job.node(),
        job.epoch(),
        wire(job.progress()),
        job.parameters(),
        job.result(),
        job.error() == null
            ? null
            : new Problem(
                job.error().kind().name(), job.error().message(), details(job.error().details())),
        job.createdAt(),
        job.startedAt(),
        job.finishedAt());
  }

  private static JobProgress wire(Progress progress) {
    return progress == null
        ? null
        : new JobProgress(
            progress.phase(),
            progress.done(),
            progress.total(),
            progress.unit(),
            progress.metrics());
  }

  private static JobEvent wire(com.auterity.neuroweaver.job.JobEvent event) {
    JobProgress progress = null;
    if (event.type().equals("PROGRESS") && event.data() != null) {
      ObjectNode data = event.data();
      Map<String, Double> metrics = new LinkedHashMap<>();
      data.path("metrics")
          .properties()
          .forEach(metric -> metrics.put(metric.getKey(), metric.getValue().asDouble()));
      progress =
          new JobProgress(
              data.path("phase").asText(),
              data.path("done").asLong(),
              data.path("total").asLong(),
              data.path("unit").asText(),
              metrics);
    }
    return new JobEvent(
        event.sequence(),
        event.at(),
        progress == null ? "state" : "progress",
        event.message(),
        wire(event.state()),
        progress);
  }

  private static Map<String, Object> details(ObjectNode details) {
    Map<String, Object> out = new LinkedHashMap<>();
    if (details != null) {
      for (Map.Entry<String, JsonNode> entry : details.properties()) {
        out.put(
            entry.getKey(),
            entry.getValue().isTextual() ? entry.getValue().asText() : entry.getValue());
      }
    }
    return out;
  }
}
