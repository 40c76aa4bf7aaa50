package com.auterity.neuroweaver.jobs.grid;

import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** A job in this process, always the first to run it; its commits live as long as it does. */
public class LocalRun implements JobContext {
  private final String jobId;
  private final DatasetCatalog catalog;
  private final ChunkStore chunks;
  private final Grid grid;
  private final ObjectNode parameters;
  private final Meter meter = new Meter();
  public Commit last;

  /**
   * @param grid null for a job that needs none
   */
  public LocalRun(
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
    if (grid == null) {
      throw new UnsupportedOperationException("this job calls nobody");
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
    throw new UnsupportedOperationException("this job keeps no blobs");
  }

  @Override
  public void progress(Progress progress) {}

  @Override
  public Optional<Commit> lastCommit() {
    return Optional.ofNullable(last);
  }

  @Override
  public void commit(long step, byte[] state) {
    last = new Commit(step, state);
  }

  @Override
  public void ensureActive() {}

  @Override
  public void attribute(String datasetVersionId, String modelVersionId) {}

  @Override
  public Meter meter() {
    return meter;
  }
}
