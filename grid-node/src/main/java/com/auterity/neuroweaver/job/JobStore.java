package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.table.IgniteRecordTable;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.ignite.Ignite;

/** The durable rows of jobs: every transition is a compare-and-set of the row plus an event. */
final class JobStore {
  private final RecordTable<JobRow> jobs;
  private final RecordTable<JobEventRow> events;
  private final RecordTable<SubmissionRow> submissions;
  private final Atomically atomically;
  private final Clock clock;

  JobStore(
      RecordTable<JobRow> jobs,
      RecordTable<JobEventRow> events,
      RecordTable<SubmissionRow> submissions,
      Atomically atomically,
      Clock clock) {
    this.jobs = jobs;
    this.events = events;
    this.submissions = submissions;
    this.atomically = atomically;
    this.clock = clock;
  }

  static JobStore on(Ignite ignite, Clock clock) {
    return new JobStore(
        new IgniteRecordTable<>(ignite, JobTables.Definitions.JOB),
        new IgniteRecordTable<>(ignite, JobTables.Definitions.EVENT),
        new IgniteRecordTable<>(ignite, JobTables.Definitions.SUBMISSION),
        new IgniteTransactions(ignite),
        clock);
  }

  /** What a transition makes of a row, and the event that tells of it. */
  record Transition(JobRow next, String event, String message, Object data) {}

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  Optional<JobRow> find(String tenant, String jobId) {
    return jobs.get(tenant, jobId);
  }

  Optional<JobRow> withIdempotencyKey(String tenant, String idempotencyKey) {
    return submissions.get(tenant, idempotencyKey).flatMap(row -> find(tenant, row.jobId()));
  }

  JobRow get(String tenant, String jobId) {
    return find(tenant, jobId).orElseThrow(() -> unknown(jobId));
  }

  List<JobRow> where(Map<String, ?> components) {
    return jobs.where(components);
  }

  /**
   * Adds a queued job, unless its idempotency key stands for one already: then that one's row.
   *
   * @param submission null without an idempotency key
   */
  JobRow add(JobRow queued, SubmissionRow submission) {
    return atomically.run(
        () -> {
          if (submission != null) {
            Optional<SubmissionRow> first =
                submissions.get(submission.tenant(), submission.idempotencyKey());
            if (first.isPresent()) {
              if (!first.get().requestSha256().equals(submission.requestSha256())) {
                throw new NeuroWeaverException(
                    ErrorKind.CONFLICT,
                    "idempotency key "
                        + submission.idempotencyKey()
                        + " stands for job "
                        + first.get().jobId()
                        + ", which was asked for with another kind or other parameters",
                    Map.of("job", first.get().jobId()));
              }
              return get(queued.tenant(), first.get().jobId());
            }
            submissions.put(submission);
          }
          return write(new Transition(queued, queued.state().name(), "accepted", null));
        });
  }

  /**
   * Applies a transition to the row as it is; null leaves it as it is.
   *
   * @return the row as it is now
   */
  JobRow transition(String tenant, String jobId, Function<JobRow, Transition> change) {
    return atomically.run(
        () -> {
          JobRow row = get(tenant, jobId);
          Transition transition = change.apply(row);
          if (transition == null) {
            return row;
          }
          if (transition.next().state() != row.state()) {
            row.state().to(transition.next().state(), jobId);
          }
          return write(transition);
        });
  }

  private JobRow write(Transition transition) {
    Instant now = now();
    JobRow next =
        transition
            .next()
            .with(
                edit -> {
                  edit.events++;
                  edit.updatedAt = now;
                });
    jobs.put(next);
    events.put(
        new JobEventRow(
            next.tenant(),
            next.jobId(),
            next.events(),
            now,
            next.epoch(),
            next.node(),
            transition.event(),
            next.state(),
            transition.message(),
            transition.data() == null ? null : JobJson.text(transition.data())));
    return next;
  }

  /** Compare-and-set of the row alone: progress and commits, which are no transitions. */
  JobRow update(String tenant, String jobId, UnaryOperator<JobRow> change) {
    return jobs.update(
            row -> {
              JobRow next = change.apply(row);
              return next == row ? row : next.with(edit -> edit.updatedAt = now());
            },
            tenant,
            jobId)
        .orElseThrow(() -> unknown(jobId));
  }

  List<JobEvent> events(String tenant, String jobId, long since, int limit) {
    long last = Math.min(get(tenant, jobId).events(), since + limit);
    List<Object[]> keys = new ArrayList<>();
    for (long seq = Math.max(since, 0) + 1; seq <= last; seq++) {
      keys.add(new Object[] {tenant, jobId, seq});
    }
    return events.getAll(keys).stream().map(JobEvent::of).toList();
  }

  private static NeuroWeaverException unknown(String jobId) {
    return new NeuroWeaverException(
        ErrorKind.NOT_FOUND, "there is no job " + jobId, Map.of("job", String.valueOf(jobId)));
  }
}
