package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.f4b6a3.uuid.UuidCreator;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.ignite.Ignite;

/** Durable jobs as everybody else sees them: submit, look, cancel, wait. Thread-safe. */
public final class JobService {
  private static final long LOOK_MILLIS = 25;

  private final JobStore store;
  private final JobKinds kinds;
  private volatile Runnable submitted = () -> {};

  JobService(JobStore store, JobKinds kinds) {
    this.store = store;
    this.kinds = kinds;
  }

  public static JobService on(Ignite ignite, JobKinds kinds, Clock clock) {
    return new JobService(JobStore.on(ignite, clock), kinds);
  }

  JobStore store() {
    return store;
  }

  JobKinds kinds() {
    return kinds;
  }

  /** Called after each submit, to save the coordinator its next look. */
  void onSubmit(Runnable listener) {
    submitted = listener;
  }

  /**
   * Accepts a job after its handler has checked the parameters; returns its id.
   *
   * @param idempotencyKey null, or a key for which another submit of the same returns the same job
   * @param parentJob null, or the job that submits it and is cancelled with it
   */
  public String submit(
      String tenant, String kind, ObjectNode parameters, String idempotencyKey, String parentJob) {
    Objects.requireNonNull(tenant, "tenant");
    Objects.requireNonNull(parameters, "parameters");
    kinds.get(kind).validate(tenant, parameters.deepCopy());
    if (parentJob != null) {
      JobRow parent = store.get(tenant, parentJob);
      if (parent.state().isFinal() || parent.cancelRequested()) {
        throw new NeuroWeaverException(
            parent.cancelRequested() ? ErrorKind.CANCELLED : ErrorKind.CONFLICT,
            "job " + parentJob + " is ending (" + parent.state() + ") and takes no more children",
            Map.of("job", parentJob));
      }
    }
    String json = parameters.toString();
    Instant now = store.now();
    String jobId = "job_" + UuidCreator.getTimeOrderedEpoch();
    JobRow row =
        store.add(
            JobRow.queued(tenant, jobId, kind, parentJob, idempotencyKey, json, now),
            idempotencyKey == null
                ? null
                : new SubmissionRow(
                    tenant, idempotencyKey, jobId, sha256(kind + "\n" + json), now));
    submitted.run();
    return row.jobId();
  }

  /** Checks parameters as submitting a job of the kind would. */
  public void validate(String tenant, String kind, ObjectNode parameters) {
    kinds.get(kind).validate(tenant, parameters.deepCopy());
  }

  /** The job, or NOT_FOUND. */
  public JobView get(String tenant, String jobId) {
    return JobView.of(store.get(tenant, jobId));
  }

  /** The job, if there is one. */
  public Optional<JobView> find(String tenant, String jobId) {
    return store.find(tenant, jobId).map(JobView::of);
  }

  /** The job an idempotency key stands for. */
  public Optional<JobView> withIdempotencyKey(String tenant, String idempotencyKey) {
    return store.withIdempotencyKey(tenant, idempotencyKey).map(JobView::of);
  }

  /** All jobs of a tenant, newest first. */
  public List<JobView> list(String tenant) {
    return store.where(Map.of("tenant", tenant)).stream()
        .sorted(Comparator.comparing(JobRow::createdAt).thenComparing(JobRow::jobId).reversed())
        .map(JobView::of)
        .toList();
  }

  /** The jobs a job has submitted, oldest first. */
  public List<JobView> children(String tenant, String jobId) {
    return store.where(Map.of("tenant", tenant, "parentId", jobId)).stream()
        .sorted(Comparator.comparing(JobRow::createdAt).thenComparing(JobRow::jobId))
        .map(JobView::of)
        .toList();
  }

  /** How many jobs of all tenants are in each state. */
  public Map<JobState, Long> countByState() {
    Map<JobState, Long> counts = new EnumMap<>(JobState.class);
    for (JobState state : JobState.values()) {
      counts.put(state, 0L);
    }
    store.where(Map.of()).forEach(row -> counts.merge(row.state(), 1L, Long::sum));
    return counts;
  }

  /**
   * Asks a job and its children to stop. A queued job is CANCELLED at once, a running one when it
   * next looks; asking twice is no error; a job that has ended is a CONFLICT.
   */
  public JobView cancel(String tenant, String jobId) {
    JobRow row =
        store.transition(
            tenant,
            jobId,
            found -> {
              if (found.state() == JobState.QUEUED) {
                return new JobStore.Transition(
                    found.with(
                        edit -> {
                          edit.state = JobState.CANCELLED;
                          edit.cancelRequested = true;
                          edit.finishedAt = store.now();
                        }),
                    JobState.CANCELLED.name(),
                    "cancelled before it started",
                    null);
              }
              if (found.state().isFinal()) {
                found.state().to(JobState.CANCELLED, jobId);
              }
              if (found.cancelRequested()) {
                return null;
              }
              return new JobStore.Transition(
                  found.with(edit -> edit.cancelRequested = true),
                  "CANCEL_REQUESTED",
                  "asked to stop",
                  null);
            });
    for (JobRow child : store.where(Map.of("tenant", tenant, "parentId", jobId))) {
      if (!child.state().isFinal()) {
        try {
          cancel(tenant, child.jobId());
        } catch (NeuroWeaverException e) {
          // It ended meanwhile, which is as good.
          if (e.kind() != ErrorKind.CONFLICT) {
            throw e;
          }
        }
      }
    }
    submitted.run();
    return JobView.of(row);
  }

  /** Events with a sequence greater than {@code since}, in order; at most {@code limit}. */
  public List<JobEvent> events(String tenant, String jobId, long since, int limit) {
    return store.events(tenant, jobId, since, limit);
  }

  /** Waits until the job has ended or the time is up; returns it as it then is. */
  public JobView await(String tenant, String jobId, Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      JobRow row = store.get(tenant, jobId);
      if (row.state().isFinal() || System.nanoTime() >= deadline) {
        return JobView.of(row);
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
