package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobEvent;
import com.auterity.neuroweaver.client.JobProgress;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.Page;
import com.auterity.neuroweaver.client.Problem;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Jobs in memory that go through their states when the test says so. */
public final class FakeJobs implements Jobs {
  private static final Instant T0 = Instant.parse("2026-01-02T03:04:05.000006Z");

  private final Map<String, Job> jobs = new LinkedHashMap<>();
  private final Map<String, String> byKey = new HashMap<>();

  /** What submitting throws, or null. */
  public NeuroWeaverException refusal;

  /** What a job that is submitted ends with at once; null leaves it queued. */
  public ObjectNode resultAtOnce;

  /** The error a job that is submitted fails with at once, or null. */
  public Problem errorAtOnce;

  @Override
  public synchronized Job submit(
      String tenant, String kind, ObjectNode parameters, String idempotencyKey, String parent) {
    if (refusal != null) {
      throw refusal;
    }
    if (idempotencyKey != null && byKey.containsKey(idempotencyKey)) {
      return jobs.get(byKey.get(idempotencyKey));
    }
    String id = "job_" + (jobs.size() + 1);
    if (idempotencyKey != null) {
      byKey.put(idempotencyKey, id);
    }
    Job job =
        new Job(
            id,
            kind,
            JobState.QUEUED,
            parent,
            idempotencyKey,
            null,
            0,
            null,
            parameters,
            null,
            null,
            T0,
            null,
            null);
    jobs.put(id, job);
    if (errorAtOnce != null) {
      end(id, JobState.FAILED, null, errorAtOnce);
    } else if (resultAtOnce != null) {
      end(id, JobState.SUCCEEDED, resultAtOnce, null);
    }
    return job;
  }

  @Override
  public synchronized Job get(String tenant, String jobId) {
    Job job = jobs.get(jobId);
    if (job == null) {
      throw NeuroWeaverException.notFound("no job " + jobId);
    }
    return job;
  }

  @Override
  public synchronized Page<Job> list(
      String tenant, String kind, JobState state, int limit, long offset) {
    List<Job> all =
        new ArrayList<>(
            jobs.values().stream()
                .filter(job -> kind == null || job.kind().equals(kind))
                .filter(job -> state == null || job.state() == state)
                .toList());
    Collections.reverse(all);
    return Page.of(all.stream().skip(offset).limit(limit).toList(), all.size(), limit, offset);
  }

  @Override
  public synchronized List<Job> children(String tenant, String parentJobId) {
    return jobs.values().stream().filter(job -> parentJobId.equals(job.parentJobId())).toList();
  }

  @Override
  public synchronized Job cancel(String tenant, String jobId) {
    Job job = get(tenant, jobId);
    if (job.state().isFinal()) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT, "job " + jobId + " is " + job.state() + " already");
    }
    return end(jobId, JobState.CANCELLED, null, null);
  }

  @Override
  public List<JobEvent> events(String tenant, String jobId, long since, int limit) {
    get(tenant, jobId);
    return List.of(new JobEvent(since + 1, T0, "state", "queued", JobState.QUEUED, null));
  }

  @Override
  public synchronized Map<JobState, Long> countByState() {
    Map<JobState, Long> counts = new EnumMap<>(JobState.class);
    jobs.values().forEach(job -> counts.merge(job.state(), 1L, Long::sum));
    return counts;
  }

  public synchronized List<Job> all() {
    return List.copyOf(jobs.values());
  }

  public synchronized void running(String jobId, JobProgress progress) {
    Job j = jobs.get(jobId);
    jobs.put(
        jobId,
        new Job(
            j.jobId(),
            j.kind(),
            JobState.RUNNING,
            j.parentJobId(),
            j.idempotencyKey(),
            "n1",
            1,
            progress,
            j.parameters(),
            null,
            null,
            j.createdAt(),
            T0,
            null));
  }

  public synchronized Job end(String jobId, JobState state, ObjectNode result, Problem error) {
    Job j = jobs.get(jobId);
    Job end =
        new Job(
            j.jobId(),
            j.kind(),
            state,
            j.parentJobId(),
            j.idempotencyKey(),
            "n1",
            1,
            j.progress(),
            j.parameters(),
            result,
            error,
            j.createdAt(),
            T0,
            T0.plusSeconds(2));
    jobs.put(jobId, end);
    return end;
  }
}
