package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.CancelledException;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.LocalRun;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** One run of a job; what it commits can be handed to the next run. */
final class LocalJob extends LocalRun {
  /** The coordinator dies when it commits this step. */
  long diesAtStep = Long.MAX_VALUE;

  /** The user cancels once this step is committed. */
  long cancelledAtStep = Long.MAX_VALUE;

  LocalJob(
      String jobId, DatasetCatalog catalog, ChunkStore chunks, Grid grid, ObjectNode parameters) {
    super(jobId, catalog, chunks, grid, parameters);
  }

  @Override
  public void commit(long step, byte[] state) {
    if (step >= diesAtStep) {
      throw new IllegalStateException("coordinator died");
    }
    super.commit(step, state);
  }

  @Override
  public void ensureActive() {
    if (last != null && last.step() >= cancelledAtStep) {
      throw new CancelledException(jobId());
    }
  }
}
