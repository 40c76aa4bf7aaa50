package com.auterity.neuroweaver.jobs.grid;

import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** A grid of one process: all that crosses goes through the codec. */
public class LocalGrid implements Grid, AutoCloseable {
  private final DatasetCatalog catalog;
  private final ChunkStore chunks;
  private final Executor executor;
  private final ExecutorService workers;

  /** Of its node; null for none. */
  public BlobStore blobs;

  public final ConcurrentHashMap<Class<?>, Integer> calls = new ConcurrentHashMap<>();

  /**
   * @param workers null when no call may ask for them
   */
  protected LocalGrid(
      DatasetCatalog catalog, ChunkStore chunks, Executor executor, ExecutorService workers) {
    this.catalog = catalog;
    this.chunks = chunks;
    this.executor = executor;
    this.workers = workers;
  }

  /** Calls run on two threads. */
  public LocalGrid(DatasetCatalog catalog, ChunkStore chunks) {
    this(catalog, chunks, Executors.newFixedThreadPool(2));
  }

  private LocalGrid(DatasetCatalog catalog, ChunkStore chunks, ExecutorService workers) {
    this(catalog, chunks, workers, workers);
  }

  /** Calls run in the calling thread and are done before they return. */
  public static LocalGrid ofCaller(DatasetCatalog catalog, ChunkStore chunks) {
    return new LocalGrid(catalog, chunks, Runnable::run, null);
  }

  @Override
  public List<GridNode> nodes() {
    return List.of(new GridNode("local", "test", workerCount()));
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
        executor);
  }

  @Override
  public <I extends Record, O extends Record> CompletableFuture<O> callOwner(
      int partition, Class<? extends GridFunction<I, O>> function, I input) {
    return call(owners(partition).get(0), function, input);
  }

  private int workerCount() {
    return workers == null ? 1 : 2;
  }

  @Override
  public void close() {
    if (workers != null) {
      workers.shutdownNow();
    }
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
      if (blobs == null) {
        throw new UnsupportedOperationException("this grid keeps no blobs");
      }
      return blobs;
    }

    @Override
    public ExecutorService workers() {
      if (workers == null) {
        throw new UnsupportedOperationException("everything runs in the calling thread");
      }
      return workers;
    }

    @Override
    public int workerCount() {
      return LocalGrid.this.workerCount();
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
