package com.auterity.neuroweaver.jobs.grid;

import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** What a running job may use. One instance for each run of a job; fenced by {@link #epoch()}. */
public interface JobContext {
  String tenant();

  String jobId();

  /** The fencing number of this run: grows by one each time the job is taken up. */
  long epoch();

  ObjectNode parameters();

  Grid grid();

  DatasetCatalog datasets();

  ChunkStore chunks();

  BlobStore blobs();

  /** Reports progress; kept on the JOB row (latest) and as events (thinned out). */
  void progress(Progress progress);

  /** The last thing committed by this or an earlier run. */
  Optional<Commit> lastCommit();

  /**
   * Records (epoch, step, state) on the JOB row in one compare-and-set, after everything the state
   * refers to has been written.
   *
   * @throws FencedException when a later run has taken the job over
   */
  void commit(long step, byte[] state);

  /** Throws CancelledException when the user asked for it, FencedException when taken over. */
  void ensureActive();

  /** Names what the work of this job is for; later USAGE rows carry it. Null leaves it as it is. */
  void attribute(String datasetVersionId, String modelVersionId);

  /** Measures coordinator work on the calling thread and writes it as a USAGE row at the end. */
  Meter meter();

  record Commit(long step, byte[] state) {}
}
