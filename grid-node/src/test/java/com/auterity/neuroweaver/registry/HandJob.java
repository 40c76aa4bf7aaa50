package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A run of a job whose grid answers as a test says: null from a node means it has left. */
final class HandJob implements JobContext, Grid {
  private final ObjectNode parameters;
  private final List<String> nodes = new CopyOnWriteArrayList<>();
  private final Function<String, CompletableFuture<? extends Record>> answers;
  private final Meter meter = new Meter();

  HandJob(
      ObjectNode parameters,
      List<String> nodes,
      Function<String, CompletableFuture<? extends Record>> answers) {
    this.parameters = parameters;
    this.nodes.addAll(nodes);
    this.answers = answers;
  }

  void leave(String node) {
    nodes.remove(node);
  }

  @Override
  public List<GridNode> nodes() {
    return nodes.stream().map(name -> new GridNode(name, "p", 1)).toList();
  }

  @Override
  public List<String> owners(int partition) {
    return nodes;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <I extends Record, O extends Record> CompletableFuture<O> call(
      String node, Class<? extends GridFunction<I, O>> function, I input) {
    return (CompletableFuture<O>) answers.apply(node);
  }

  @Override
  public <I extends Record, O extends Record> CompletableFuture<O> callOwner(
      int partition, Class<? extends GridFunction<I, O>> function, I input) {
    return call(nodes.get(0), function, input);
  }

  @Override
  public String tenant() {
    return "default";
  }

  @Override
  public String jobId() {
    return "job_deploy";
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
    return this;
  }

  @Override
  public DatasetCatalog datasets() {
    return new MemoryDatasetCatalog(1);
  }

  @Override
  public ChunkStore chunks() {
    throw new UnsupportedOperationException();
  }

  @Override
  public BlobStore blobs() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void progress(Progress progress) {}

  @Override
  public Optional<Commit> lastCommit() {
    return Optional.empty();
  }

  @Override
  public void commit(long step, byte[] state) {}

  @Override
  public void ensureActive() {}

  @Override
  public void attribute(String datasetVersionId, String modelVersionId) {}

  @Override
  public Meter meter() {
    return meter;
  }
}
