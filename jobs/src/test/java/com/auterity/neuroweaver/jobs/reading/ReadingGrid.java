package com.auterity.neuroweaver.jobs.reading;

import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkKey;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/**
 * Three nodes in this thread over one store that remembers what was read; what crosses goes through
 * the codec.
 */
final class ReadingGrid implements Grid, NodeContext, ChunkStore {
  private final DatasetCatalog datasets;
  private final ChunkStore store = new MemoryChunkStore();
  final List<ChunkKey> reads = new ArrayList<>();

  ReadingGrid(DatasetCatalog datasets) {
    this.datasets = datasets;
  }

  @Override
  public void put(ChunkKey key, byte[] chunk) {
    store.put(key, chunk);
  }

  @Override
  public byte[] get(ChunkKey key) {
    reads.add(key);
    return store.get(key);
  }

  @Override
  public void remove(ChunkKey key) {
    store.remove(key);
  }

  @Override
  public List<GridNode> nodes() {
    return List.of();
  }

  @Override
  public List<String> owners(int partition) {
    return List.of("n" + partition % 3);
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
    return call(owners(partition).get(0), function, input);
  }

  @Override
  public String nodeName() {
    return "here";
  }

  @Override
  public ChunkStore chunks() {
    return this;
  }

  @Override
  public DatasetCatalog datasets() {
    return datasets;
  }

  @Override
  public BlobStore blobs() {
    throw new UnsupportedOperationException("rows lie in chunks");
  }

  @Override
  public ExecutorService workers() {
    throw new UnsupportedOperationException("a call reads in its own thread");
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
