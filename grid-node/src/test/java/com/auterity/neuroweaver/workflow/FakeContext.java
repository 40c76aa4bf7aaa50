package com.auterity.neuroweaver.workflow;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.MemoryBlobStore;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A run of a job whose end the test decides. */
final class FakeContext implements JobContext {
  final List<Progress> told = new ArrayList<>();
  final BlobStore blobs;
  private final String jobId;
  private final ObjectNode parameters;

  /** Called at each check; throws what stops the run. */
  Runnable active = () -> {};

  FakeContext(String jobId, ObjectNode parameters, BlobStore blobs) {
    this.jobId = jobId;
    this.parameters = parameters;
    this.blobs = blobs;
  }

  FakeContext(String jobId, ObjectNode parameters) {
    this(jobId, parameters, new MemoryBlobStore(java.nio.file.Path.of("target", "blobs")));
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
    return new TwoNodes();
  }

  @Override
  public DatasetCatalog datasets() {
    throw new UnsupportedOperationException("a workflow reads no rows");
  }

  @Override
  public ChunkStore chunks() {
    throw new UnsupportedOperationException("a workflow reads no rows");
  }

  @Override
  public BlobStore blobs() {
    return blobs;
  }

  @Override
  public void progress(Progress progress) {
    told.add(progress);
  }

  @Override
  public Optional<Commit> lastCommit() {
    return Optional.empty();
  }

  @Override
  public void commit(long step, byte[] state) {}

  @Override
  public void ensureActive() {
    active.run();
  }

  @Override
  public void attribute(String datasetVersionId, String modelVersionId) {}

  @Override
  public Meter meter() {
    return new Meter();
  }

  private static final class TwoNodes implements Grid {
    @Override
    public List<GridNode> nodes() {
      return List.of(new GridNode("n2", "cpu", 1), new GridNode("n1", "cpu", 1));
    }

    @Override
    public List<String> owners(int partition) {
      return List.of("n1");
    }

    @Override
    public <I extends Record, O extends Record> CompletableFuture<O> call(
        String node, Class<? extends GridFunction<I, O>> function, I input) {
      throw NeuroWeaverException.invalid("a workflow calls no node");
    }

    @Override
    public <I extends Record, O extends Record> CompletableFuture<O> callOwner(
        int partition, Class<? extends GridFunction<I, O>> function, I input) {
      throw NeuroWeaverException.invalid("a workflow calls no node");
    }
  }
}
