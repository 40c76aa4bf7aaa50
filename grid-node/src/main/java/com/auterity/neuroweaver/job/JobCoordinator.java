package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.costguard.UsageSink;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.table.IgniteRecordTable;
import com.auterity.neuroweaver.jobs.grid.DaemonThreads;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.failure.FailureContext;
import org.apache.ignite.failure.FailureType;
import org.apache.ignite.internal.IgniteEx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes jobs up and runs them, on the oldest node of the grid. Two nodes may believe to be the
 * oldest for a moment: each take-up is a compare-and-set that raises the job's epoch, and the run
 * with the lower epoch can write nothing more. What the node that died was running, the next oldest
 * takes up.
 */
public final class JobCoordinator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobCoordinator.class);
  private static final long LOOK_MILLIS = 250;
  private static final int ATTEMPTS = 3;

  private final JobService service;
  private final JobStore store;
  private final NodeRuntime runtime;
  private final UsageSink usage;
  private final Function<CallScope, Grid> grids;
  private final BooleanSupplier oldest;
  private final Consumer<Error> fatal;
  private final JobRequests requests;
  private final String processId;
  private final int maxRunning;
  private final Map<String, JobRun> runs = new ConcurrentHashMap<>();
  private final Semaphore nudges = new Semaphore(0);
  private final ExecutorService threads = Executors.newCachedThreadPool(DaemonThreads.named("job"));
  private final ExecutorService replies;
  private final Thread loop = new Thread(this::loop, "job-coordinator");
  private volatile boolean stopping;

  JobCoordinator(
      JobService service,
      NodeRuntime runtime,
      UsageSink usage,
      Function<CallScope, Grid> grids,
      ExecutorService replies,
      BooleanSupplier oldest,
      Consumer<Error> fatal,
      JobRequests requests,
      String processId,
      int maxRunning) {
    this.service = service;
    this.store = service.store();
    this.runtime = runtime;
    this.usage = usage;
    this.grids = grids;
    this.replies = replies;
    this.oldest = oldest;
    this.fatal = fatal;
    this.requests = requests;
    this.processId = processId;
    this.maxRunning = maxRunning;
    loop.setDaemon(true);
  }

  /**
   * @param maxRunning jobs without a parent that run at once; children always run, so that a parent
   *     that waits for them never waits for itself
   */
  public static JobCoordinator on(
      Ignite ignite,
      JobService service,
      NodeRuntime runtime,
      UsageSink usage,
      Placement placement,
      int backups,
      int maxRunning) {
    ExecutorService replies = Executors.newCachedThreadPool(DaemonThreads.named("grid-reply"));
    return new JobCoordinator(
        service,
        runtime,
        usage,
        scope -> new IgniteGrid(ignite, placement, backups, scope, replies),
        replies,
        () -> {
          ClusterNode first = ignite.cluster().forServers().forOldest().node();
          return first != null && first.isLocal();
        },
        error ->
            ((IgniteEx) ignite)
                .context()
                .failure()
                .process(new FailureContext(FailureType.CRITICAL_ERROR, error)),
        new JobRequests(
            new IgniteRecordTable<>(ignite, JobTables.Definitions.REQUEST),
            service,
            service.store()::now),
        ignite.cluster().localNode().id().toString(),
        maxRunning);
  }

  public void start() {
    service.onSubmit(nudges::release);
    loop.start();
  }

  private void loop() {
    while (!stopping) {
      try {
        if (oldest.getAsBoolean()) {
          look();
        }
        runs.values().forEach(this::flush);
        if (nudges.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          nudges.drainPermits();
        }
      } catch (InterruptedException e) {
        return;
      } catch (Error e) {
        // A node that lives on without this loop would hold all jobs up: it ends, and another goes
        // on.
        fatal.accept(e);
        throw e;
      } catch (RuntimeException e) {
        if (!stopping) {
          LOG.warn("cannot look after the jobs now: {}", e.getMessage(), e);
          nudges.drainPermits();
          try {
            Thread.sleep(LOOK_MILLIS);
          } catch (InterruptedException interrupted) {
            return;
          }
        }
      }
    }
  }

  private void look() {
    requests.answer();
    for (JobRow row : store.where(Map.of("state", JobState.RUNNING))) {
      if (!runs.containsKey(row.jobId())) {
        takeUp(row);
      }
    }
    List<JobRow> queued =
        store.where(Map.of("state", JobState.QUEUED)).stream()
            .sorted(Comparator.comparing(JobRow::createdAt).thenComparing(JobRow::jobId))
            .toList();
    for (JobRow row : queued) {
      if (row.parentId() != null || topLevelRuns() < maxRunning) {
        takeUp(row);
      }
    }
  }

  private long topLevelRuns() {
    return runs.values().stream().filter(run -> run.row().parentId() == null).count();
  }

  private void flush(JobRun run) {
    try {
      run.flushProgress(false);
      run.flushUsage();
    } catch (FencedException e) {
      LOG.debug("{}", e.getMessage());
    }
  }

  private void takeUp(JobRow seen) {
    if (stopping) {
      return;
    }
    Optional<JobRow> taken =
        raiseEpoch(
            seen,
            seen.state() == JobState.QUEUED
                ? "taken up"
                : "taken up after node " + seen.node() + " ended");
    if (taken.isPresent()) {
      JobRun run = new JobRun(store, usage, runtime, taken.get(), grids);
      runs.put(run.jobId(), run);
      threads.execute(() -> run(run));
    }
  }

  /** Makes the job this process's, with the next epoch; empty when somebody else was quicker. */
  private Optional<JobRow> raiseEpoch(JobRow seen, String message) {
    boolean[] mine = {false};
    JobRow now =
        store.transition(
            seen.tenant(),
            seen.jobId(),
            found -> {
              mine[0] = found.epoch() == seen.epoch() && found.state() == seen.state();
              if (!mine[0]) {
                return null;
              }
              return new JobStore.Transition(
                  found.with(
                      edit -> {
                        edit.state = found.state().to(JobState.RUNNING, found.jobId());
                        edit.epoch++;
                        edit.node = runtime.nodeName();
                        edit.run = processId;
                        if (edit.startedAt == null) {
                          edit.startedAt = store.now();
                        }
                      }),
                  JobState.RUNNING.name(),
                  message,
                  null);
            });
    return mine[0] ? Optional.of(now) : Optional.empty();
  }

  private void run(JobRun first) {
    JobRun run = first;
    String jobId = first.jobId();
    try {
      for (int attempt = 1; run != null; attempt++) {
        run = runOnce(run, attempt);
        if (run != null) {
          runs.put(jobId, run);
        }
      }
    } catch (RuntimeException e) {
      // The end could not be written; the coordinator takes the job up again.
      LOG.warn("job {}: its run ended without a word on its row", jobId, e);
    } finally {
      runs.remove(jobId);
      nudges.release();
    }
  }

  /** Runs the handler and writes what came of it; returns the next run when it is worth another. */
  private JobRun runOnce(JobRun run, int attempt) {
    LOG.info("job {} ({}) runs, epoch {}", run.jobId(), run.row().kind(), run.epoch());
    try {
      JobHandler handler = service.kinds().get(run.row().kind());
      ObjectNode result =
          run.measured(
              () -> {
                run.ensureActive();
                return handler.run(run);
              });
      run.flushProgress(true);
      run.flushUsage();
      end(run, JobState.SUCCEEDED, result, null);
      return null;
    } catch (Throwable e) {
      // Errors too: an OutOfMemoryError fails the job, not the node.
      return failed(run, e, attempt);
    }
  }

  private JobRun failed(JobRun run, Throwable error, int attempt) {
    NeuroWeaverException failure =
        Failures.of(error, "job " + run.jobId() + " (" + run.row().kind() + ")");
    try {
      run.flushUsage();
    } catch (RuntimeException e) {
      LOG.warn("job {}: usage of a failed run is lost", run.jobId(), e);
    }
    if (failure instanceof FencedException) {
      LOG.info("{}", failure.getMessage());
      return null;
    }
    if (stopping || run.stopping()) {
      LOG.info("job {} stays RUNNING for the next node", run.jobId());
      return null;
    }
    JobRow now = store.get(run.tenant(), run.jobId());
    if (now.epoch() != run.epoch() || now.state() != JobState.RUNNING) {
      return null;
    }
    if (now.cancelRequested()) {
      end(run, JobState.CANCELLED, null, null);
      return null;
    }
    if (failure.kind().retryable() && attempt < ATTEMPTS) {
      return again(run, failure, attempt);
    }
    LOG.warn("job {} ({}) failed", run.jobId(), run.row().kind(), error);
    end(run, JobState.FAILED, null, failure);
    return null;
  }

  private JobRun again(JobRun run, NeuroWeaverException failure, int attempt) {
    LOG.warn(
        "job {} is tried again ({} of {}): {}",
        run.jobId(),
        attempt + 1,
        ATTEMPTS,
        failure.getMessage(),
        failure);
    try {
      TimeUnit.MILLISECONDS.sleep(500L << attempt);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
    return raiseEpoch(
            store.get(run.tenant(), run.jobId()),
            "tried again ("
                + (attempt + 1)
                + " of "
                + ATTEMPTS
                + ") after: "
                + failure.getMessage())
        .map(row -> new JobRun(store, usage, runtime, row, grids))
        .orElse(null);
  }

  private void end(JobRun run, JobState state, ObjectNode result, NeuroWeaverException failure) {
    JobRow ended =
        store.transition(
            run.tenant(),
            run.jobId(),
            found -> {
              run.requireMine(found);
              return new JobStore.Transition(
                  found.with(
                      edit -> {
                        edit.state = found.state().to(state, found.jobId());
                        edit.finishedAt = store.now();
                        // No run takes it up again.
                        edit.commitState = null;
                        edit.resultJson = result == null ? null : result.toString();
                        if (failure != null) {
                          edit.errorKind = failure.kind();
                          edit.errorMessage = failure.getMessage();
                          edit.errorDetailsJson = JobJson.text(failure.details());
                        }
                      }),
                  state.name(),
                  failure == null
                      ? state.name().toLowerCase(java.util.Locale.ROOT)
                      : failure.getMessage(),
                  failure == null || failure.kind() == ErrorKind.CANCELLED
                      ? null
                      : failure.details());
            });
    LOG.info("job {} ({}) {}", ended.jobId(), ended.kind(), ended.state());
  }

  /** Stops taking up jobs and asks running ones to end here; they stay RUNNING for others. */
  @Override
  public void close() {
    stopping = true;
    runs.values().forEach(JobRun::stop);
    loop.interrupt();
    threads.shutdown();
    try {
      loop.join(2_000);
      if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.info("runs of {} did not end in time; other nodes take them up", runs.keySet());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    replies.shutdownNow();
  }
}
