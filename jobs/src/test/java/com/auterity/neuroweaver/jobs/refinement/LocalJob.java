package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.CancelledException;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** One run of a job in one process; what it commits can be handed to the next run. */
final class LocalJob implements JobContext {
  private final DatasetCatalog catalog;
  private final ChunkStore chunks;
  private final Grid grid;
  private final ObjectNode parameters;
  private final String jobId;
  Commit last;

  /** The coordinator dies when it commits this step. */
  long diesAtStep = Long.MAX_VALUE;

  /** The user cancels once this step is committed. */
  long cancelledAtStep = Long.MAX_VALUE;

  LocalJob(
      String jobId, DatasetCatalog catalog, ChunkStore chunks, Grid grid, ObjectNode parameters) {
    this.jobId = jobId;
    this.catalog = catalog;
    this.chunks = chunks;
    this.grid = grid;
    this.parameters = parameters;
  }

  @Override
  public String tenant() {
    return "default";
  }

  @Override
  public String jobId() {
    return jobId;
  }

  @Override
  public long epoch() {
    return 1;
  }

  @Override
  public ObjectNode parameters() {
    return parameters;
  }

  @Override
  public Grid grid() {
    return grid;
  }

  @Override
  public DatasetCatalog datasets() {
    return catalog;
  }

  @Override
  public ChunkStore chunks() {
    return chunks;
  }

  @Override
  public BlobStore blobs() {
    throw new UnsupportedOperationException("refinement keeps no blobs");
  }

  @Override
  public void progress(Progress progress) {}

  @Override
  public Optional<Commit> lastCommit() {
    return Optional.ofNullable(last);
  }

  @Override
  public void commit(long step, byte[] state) {
    if (step >= diesAtStep) {
      throw new IllegalStateException("coordinator died");
    }
    last = new Commit(step, state);
  }

  @Override
  public void ensureActive() {
    if (last != null && last.step() >= cancelledAtStep) {
      throw new CancelledException(jobId);
    }
  }

  @Override
  public void attribute(String datasetVersionId, String modelVersionId) {}

  @Override
  public Meter meter() {
    return new Meter();
  }
}
