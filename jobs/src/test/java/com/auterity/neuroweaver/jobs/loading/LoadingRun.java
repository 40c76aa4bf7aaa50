package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.table.MemoryRecordTable;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A job in this process: its commits live as long as it does, its end can be arranged. */
final class LoadingRun implements JobContext {
  private final String jobId;
  private final DatasetCatalog catalog;
  private final ChunkStore chunks;
  private final ObjectNode parameters;
  private final Grid grid;
  final List<Progress> progress = new ArrayList<>();
  final Meter meter = new Meter();
  Commit last;

  /** Thrown by the check with this number (from 1). */
  RuntimeException stop;

  int stopAtCheck = Integer.MAX_VALUE;

  /** Null unless an upload is loaded. */
  BlobStore blobs;

  /** Thrown instead of a commit. */
  RuntimeException commitFailure;

  private int checks;

  LoadingRun(String jobId, DatasetCatalog catalog, ChunkStore chunks, ObjectNode parameters) {
    this(jobId, catalog, chunks, parameters, null);
  }

  /**
   * @param grid null for a job that needs none
   */
  LoadingRun(
      String jobId, DatasetCatalog catalog, ChunkStore chunks, ObjectNode parameters, Grid grid) {
    this.grid = grid;
    this.jobId = jobId;
    this.catalog = catalog;
    this.chunks = chunks;
    this.parameters = parameters;
  }

  /** Keys nobody has claimed yet; every other job is over. */
  static LoadKeys keys() {
    return new LoadKeys(new MemoryRecordTable<>(LoadKeyRow.TABLE), job -> true, Clock.systemUTC());
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
    if (grid == null) {
      throw new UnsupportedOperationException("files are read by the coordinator");
    }
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
    if (blobs == null) {
      throw new UnsupportedOperationException("files become chunks, not blobs");
    }
    return blobs;
  }

  @Override
  public void progress(Progress now) {
    progress.add(now);
  }

  @Override
  public Optional<Commit> lastCommit() {
    return Optional.ofNullable(last);
  }

  @Override
  public void commit(long step, byte[] state) {
    if (commitFailure != null) {
      throw commitFailure;
    }
    last = new Commit(step, state);
  }

  @Override
  public void ensureActive() {
    if (++checks >= stopAtCheck) {
      throw stop;
    }
  }

  @Override
  public void attribute(String datasetVersionId, String modelVersionId) {}

  @Override
  public Meter meter() {
    return meter;
  }
}
