package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.table.MemoryRecordTable;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.LocalRun;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** A job that loads or exports; its end can be arranged. */
final class LoadingRun extends LocalRun {
  final List<Progress> progress = new ArrayList<>();

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
    super(jobId, catalog, chunks, grid, parameters);
  }

  /** Keys nobody has claimed yet; every other job is over. */
  static LoadKeys keys() {
    return new LoadKeys(new MemoryRecordTable<>(LoadKeyRow.TABLE), job -> true, Clock.systemUTC());
  }

  @Override
  public BlobStore blobs() {
    return blobs == null ? super.blobs() : blobs;
  }

  @Override
  public void progress(Progress now) {
    progress.add(now);
  }

  @Override
  public void commit(long step, byte[] state) {
    if (commitFailure != null) {
      throw commitFailure;
    }
    super.commit(step, state);
  }

  @Override
  public void ensureActive() {
    if (++checks >= stopAtCheck) {
      throw stop;
    }
  }
}
