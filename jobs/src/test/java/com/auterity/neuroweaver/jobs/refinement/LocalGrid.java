package com.auterity.neuroweaver.jobs.refinement;

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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** A grid of one process: calls run on two threads, and all that crosses goes through the codec. */
final class LocalGrid implements Grid, AutoCloseable {
  private final DatasetCatalog catalog;
  private final ChunkStore chunks;
  private final ExecutorService workers = Executors.newFixedThreadPool(2);
  final ConcurrentHashMap<Class<?>, Integer> calls = new ConcurrentHashMap<>();

  LocalGrid(DatasetCatalog catalog, ChunkStore chunks) {
    this.catalog = catalog;
    this.chunks = chunks;
  }

  @Override
  public List<GridNode> nodes() {
    return List.of(new GridNode("local", "test", 2));
  }

  @Override
  public List<String> owners(int partition) {
    return List.of("local");
  }

  @Override
  public <I extends Record, O extends Record> CompletableFuture<O> call(
      String node, Class<? extends GridFunction<I, O>> function, I input) {
    calls.merge(function, 1, Integer::sum);
    byte[] sent = RecordCodec.encode(input);
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            GridFunction<I, O> made = function.getConstructor().newInstance();
            O output = made.apply(RecordCodec.decode(sent, made.inputType()), new LocalNode());
            return RecordCodec.decode(RecordCodec.encode(output), made.outputType());
          } catch (RuntimeException e) {
            throw e;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        workers);
  }

  @Override
  public <I extends Record, O extends Record> CompletableFuture<O> callOwner(
      int partition, Class<? extends GridFunction<I, O>> function, I input) {
    return call("local", function, input);
  }

  @Override
  public void close() {
    workers.shutdownNow();
  }

  private final class LocalNode implements NodeContext {
    @Override
    public String nodeName() {
      return "local";
    }

    @Override
    public ChunkStore chunks() {
      return chunks;
    }

    @Override
    public DatasetCatalog datasets() {
      return catalog;
    }

    @Override
    public BlobStore blobs() {
      throw new UnsupportedOperationException("refinement keeps no blobs");
    }

    @Override
    public ExecutorService workers() {
      return workers;
    }

    @Override
    public int workerCount() {
      return 2;
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
}
