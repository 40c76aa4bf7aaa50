package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.LocalRun;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A durable job without a grid behind it: its row is this object's fields. */
public final class VirtualJob {
  private final String jobId;
  private final ObjectNode parameters;
  private final DatasetCatalog datasets;
  private final ChunkStore chunks;
  private final BlobStore blobs;
  private final List<Progress> progress = new ArrayList<>();
  private long epoch;
  private JobContext.Commit last;
  private Runnable onEnsureActive = () -> {};

  public VirtualJob(
      String jobId,
      ObjectNode parameters,
      DatasetCatalog datasets,
      ChunkStore chunks,
      BlobStore blobs) {
    this.jobId = jobId;
    this.parameters = parameters;
    this.datasets = datasets;
    this.chunks = chunks;
    this.blobs = blobs;
  }

  List<Progress> progress() {
    return progress;
  }

  long committedStep() {
    return last == null ? -1 : last.step();
  }

  void onEnsureActive(Runnable check) {
    onEnsureActive = check;
  }

  /** Takes the job up once more. */
  public JobContext run(Grid grid) {
    return new Run(grid, ++epoch);
  }

  private final class Run extends LocalRun {
    private final long myEpoch;

    Run(Grid grid, long myEpoch) {
      super(jobId, datasets, chunks, grid, parameters);
      this.myEpoch = myEpoch;
    }

    @Override
    public long epoch() {
      return myEpoch;
    }

    @Override
    public BlobStore blobs() {
      return blobs;
    }

    @Override
    public void progress(Progress now) {
      progress.add(now);
    }

    @Override
    public Optional<Commit> lastCommit() {
      return Optional.ofNullable(VirtualJob.this.last);
    }

    @Override
    public void commit(long step, byte[] state) {
      ensureActive();
      VirtualJob.this.last = new Commit(step, state);
    }

    @Override
    public void ensureActive() {
      if (myEpoch != epoch) {
        throw new FencedException(jobId, myEpoch);
      }
      onEnsureActive.run();
    }
  }
}
