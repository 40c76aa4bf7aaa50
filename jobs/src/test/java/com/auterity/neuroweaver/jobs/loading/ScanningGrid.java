package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/**
 * A grid of this thread: calls are done before they return, what crosses goes through the codec.
 */
record ScanningGrid(DatasetCatalog datasets, ChunkStore chunks) implements Grid, NodeContext {
  @Override
  public List<GridNode> nodes() {
    return List.of(new GridNode("here", "test", 1));
  }

  @Override
  public List<String> owners(int partition) {
    return List.of("here");
  }

  @Override
  public <I extends Record, O extends Record> CompletableFuture<O> call(
      String node, Class<? extends GridFunction<I, O>> function, I input) {
    try {
      GridFunction<I, O> made = function.getConstructor().newInstance();
      O output = made.apply(RecordCodec.decode(RecordCodec.encode(input), made.inputType()), this);
      return CompletableFuture.completedFuture(
          RecordCodec.decode(RecordCodec.encode(output), made.outputType()));
    } catch (Exception e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public <I extends Record, O extends Record> CompletableFuture<O> callOwner(
      int partition, Class<? extends GridFunction<I, O>> function, I input) {
    return call("here", function, input);
  }

  @Override
  public String nodeName() {
    return "here";
  }

  @Override
  public BlobStore blobs() {
    throw new UnsupportedOperationException("a scan reads chunks, not blobs");
  }

  @Override
  public ExecutorService workers() {
    throw new UnsupportedOperationException("a partition is scanned by one thread");
  }

  @Override
  public int workerCount() {
    return 1;
  }

  @Override
  public Meter meter() {
    return new Meter();
  }

  @Override
  public <T> T shared(Class<T> type, Supplier<T> maker) {
    return maker.get();
  }
}
