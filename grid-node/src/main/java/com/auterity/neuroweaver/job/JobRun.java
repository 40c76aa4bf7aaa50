package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.costguard.UsageRow;
import com.auterity.neuroweaver.costguard.UsageSink;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.CancelledException;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.auterity.neuroweaver.jobs.grid.ThreadCpu;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.f4b6a3.uuid.UuidCreator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a job, of one epoch: what its handler sees, and what is measured of it. Everything it
 * writes on the JOB row is refused once another run has taken the job over.
 */
final class JobRun implements JobContext, CallScope {
  private static final Logger LOG = LoggerFactory.getLogger(JobRun.class);
  private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long EVENT_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int USAGE_BATCH = 256;

  private final JobStore store;
  private final UsageSink usageSink;
  private final NodeRuntime runtime;
  private final JobRow row;
  private final Grid grid;
  private final Meter meter = new Meter();
  private final MeteredChunkStore chunks;
  private final String usageId = usageId();
  private final Instant started;
  private final long startedNanos = System.nanoTime();
  private final AtomicReference<Progress> pending = new AtomicReference<>();
  private final List<UsageRow> usage = new ArrayList<>();
  private final Object looking = new Object();

  private volatile boolean stopping;
  private volatile long lookedNanos;
  private volatile RuntimeException inactive;
  private volatile String datasetVersionId;
  private volatile String modelVersionId;
  private long progressWritten;
  private long eventWritten;
  private String eventPhase;

  JobRun(
      JobStore store,
      UsageSink usageSink,
      NodeRuntime runtime,
      JobRow row,
      Function<CallScope, Grid> grids) {
    this.store = store;
    this.usageSink = usageSink;
    this.runtime = runtime;
    this.row = row;
    this.grid = grids.apply(this);
    this.chunks = runtime.metered(meter);
    this.started = store.now();
    this.lookedNanos = System.nanoTime() - LOOK_NANOS;
  }

  JobRow row() {
    return row;
  }

  /** Makes the run end at its next look, leaving the job to another node. */
  void stop() {
    stopping = true;
  }

  boolean stopping() {
    return stopping;
  }

  @Override
  public String tenant() {
    return row.tenant();
  }

  @Override
  public String jobId() {
    return row.jobId();
  }

  @Override
  public long epoch() {
    return row.epoch();
  }

  @Override
  public ObjectNode parameters() {
    return JobJson.object(row.paramsJson());
  }

  @Override
  public Grid grid() {
    return grid;
  }

  @Override
  public DatasetCatalog datasets() {
    return runtime.datasets();
  }

  @Override
  public ChunkStore chunks() {
    return chunks;
  }

  @Override
  public BlobStore blobs() {
    return runtime.blobs();
  }

  @Override
  public Meter meter() {
    return meter;
  }

  @Override
  public void attribute(String datasetVersion, String modelVersion) {
    if (datasetVersion != null) {
      datasetVersionId = datasetVersion;
    }
    if (modelVersion != null) {
      modelVersionId = modelVersion;
    }
  }

  @Override
  public void progress(Progress progress) {
    pending.set(Objects.requireNonNull(progress, "progress"));
    flushProgress(false);
  }

  /** Writes what progress is pending; thinned out unless {@code now}. */
  void flushProgress(boolean now) {
    synchronized (pending) {
      long nanos = System.nanoTime();
      if (!now && progressWritten != 0 && nanos - progressWritten < PROGRESS_NANOS) {
        return;
      }
      Progress progress = pending.getAndSet(null);
      if (progress == null) {
        return;
      }
      progressWritten = nanos;
      boolean event = !progress.phase().equals(eventPhase) || nanos - eventWritten >= EVENT_NANOS;
      if (event) {
        eventWritten = nanos;
        eventPhase = progress.phase();
        store.transition(
            row.tenant(),
            row.jobId(),
            found -> {
              requireMine(found);
              return new JobStore.Transition(
                  found.with(edit -> edit.progress(progress)),
                  "PROGRESS",
                  progress.phase()
                      + " "
                      + progress.done()
                      + (progress.total() > 0 ? " of " + progress.total() : "")
                      + " "
                      + progress.unit(),
                  progress);
            });
      } else {
        store.update(
            row.tenant(),
            row.jobId(),
            found -> {
              requireMine(found);
              return found.with(edit -> edit.progress(progress));
            });
      }
    }
  }

  @Override
  public Optional<Commit> lastCommit() {
    JobRow now = store.get(row.tenant(), row.jobId());
    return now.commitStep() < 0
        ? Optional.empty()
        : Optional.of(new Commit(now.commitStep(), now.commitState()));
  }

  @Override
  public void commit(long step, byte[] state) {
    if (step < 0) {
      throw new IllegalArgumentException("a step is at least 0, found " + step);
    }
    flushUsage();
    byte[] copy = state.clone();
    store.update(
        row.tenant(),
        row.jobId(),
        found -> {
          requireMine(found);
          return found.with(
              edit -> {
                edit.commitEpoch = row.epoch();
                edit.commitStep = step;
                edit.commitState = copy;
              });
        });
  }

  /** Refuses a row that is no longer this run's. */
  void requireMine(JobRow found) {
    if (found.epoch() != row.epoch() || found.state() != JobState.RUNNING) {
      throw new FencedException(row.jobId(), row.epoch());
    }
  }

  @Override
  public void ensureActive() {
    if (stopping) {
      throw new StoppingException(row.jobId());
    }
    if (System.nanoTime() - lookedNanos >= LOOK_NANOS) {
      synchronized (looking) {
        if (System.nanoTime() - lookedNanos >= LOOK_NANOS) {
          look();
          lookedNanos = System.nanoTime();
        }
      }
    }
    RuntimeException reason = inactive;
    if (reason instanceof CancelledException) {
      throw new CancelledException(row.jobId());
    }
    if (reason != null) {
      throw new FencedException(row.jobId(), row.epoch());
    }
  }

  private void look() {
    JobRow found = store.get(row.tenant(), row.jobId());
    if (found.epoch() != row.epoch() || found.state() != JobState.RUNNING) {
      inactive = new FencedException(row.jobId(), row.epoch());
    } else if (found.cancelRequested()) {
      inactive = new CancelledException(row.jobId());
    }
  }

  @Override
  public GridExecutor executor() {
    return GridExecutor.of(row.kind());
  }

  @Override
  public void used(String node, GridReply reply) {
    Instant begin = reply.startedAt();
    UsageRow measured =
        UsageRow.of(
            row.tenant(),
            usageId(),
            row.jobId(),
            row.kind(),
            UsageRow.Role.CALL,
            row.epoch(),
            node,
            datasetVersionId,
            modelVersionId,
            begin,
            begin.plusNanos(reply.wallNanos),
            reply.usage());
    boolean full;
    synchronized (usage) {
      usage.add(measured);
      full = usage.size() >= USAGE_BATCH;
    }
    if (full) {
      flushUsage();
    }
  }

  @Override
  public void retried(String function, int partition, String node, NeuroWeaverException cause) {
    LOG.info(
        "job {}: {} of partition {} is tried again, node {}: {}",
        row.jobId(),
        function,
        partition,
        node,
        cause.getMessage());
  }

  /** Writes the usage measured so far. */
  void flushUsage() {
    List<UsageRow> rows;
    synchronized (usage) {
      rows = List.copyOf(usage);
      usage.clear();
    }
    if (rows.isEmpty()) {
      return;
    }
    try {
      usageSink.write(rows);
    } catch (RuntimeException e) {
      synchronized (usage) {
        usage.addAll(0, rows);
      }
      throw e;
    }
  }

  /** Measures the handler's thread, and adds what it used as the coordinator's row at the end. */
  <T> T measured(java.util.concurrent.Callable<T> work) throws Exception {
    long before = ThreadCpu.nanos();
    try {
      return work.call();
    } finally {
      Meter.Usage metered = meter.usage(System.nanoTime() - startedNanos);
      // Handlers measure work on this thread, or on others: the larger never counts any twice.
      long cpu = Math.max(metered.cpuNanos(), ThreadCpu.nanos() - before);
      runtime.claimCpu(cpu);
      synchronized (usage) {
        usage.add(
            UsageRow.of(
                row.tenant(),
                usageId,
                row.jobId(),
                row.kind(),
                UsageRow.Role.COORDINATOR,
                row.epoch(),
                runtime.nodeName(),
                datasetVersionId,
                modelVersionId,
                started,
                store.now(),
                new Meter.Usage(
                    metered.wallNanos(),
                    cpu,
                    metered.bytesRead(),
                    metered.bytesWritten(),
                    metered.tokensIn(),
                    metered.tokensOut())));
      }
    }
  }

  private static String usageId() {
    return "use_" + UuidCreator.getTimeOrderedEpoch();
  }
}
