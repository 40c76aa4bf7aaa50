package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * A grid in one JVM: nodes that share nothing but the stores, calls that cross as bytes, and
 * failures when a test asks for them.
 */
public final class VirtualGrid implements Grid, AutoCloseable {
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final List<String> names = new ArrayList<>();
  private final ExecutorService calls = Executors.newCachedThreadPool();
  private final DatasetCatalog datasets;
  private final ChunkStore chunks;
  private final BlobStore blobs;
  private volatile Fault fault = (node, function, input) -> Outcome.DELIVER;

  public VirtualGrid(
      int nodeCount, int workers, DatasetCatalog datasets, ChunkStore chunks, BlobStore blobs) {
    this.datasets = datasets;
    this.chunks = chunks;
    this.blobs = blobs;
    for (int i = 1; i <= nodeCount; i++) {
      add("n" + i, "profile-a", workers);
    }
  }

  synchronized void add(String name, String profile, int workers) {
    nodes.put(name, new Node(name, profile, workers));
    names.add(name);
  }

  /** What becomes of a call. */
  enum Outcome {
    DELIVER,
    /** The node leaves before it does anything. */
    KILL,
    /** The work is done, the answer is lost, the node stays. */
    LOSE_ANSWER
  }

  /** Decides about each call, on the caller's thread. */
  interface Fault {
    Outcome on(String node, Class<?> function, Record input);
  }

  void fault(Fault next) {
    fault = next;
  }

  /** The node leaves when it is first called. */
  public void killAtFirstCall(String name) {
    fault((node, function, input) -> node.equals(name) ? Outcome.KILL : Outcome.DELIVER);
  }

  synchronized void kill(String name) {
    Node node = nodes.get(name);
    node.alive = false;
  }

  /** Comes back with an empty memory. */
  synchronized void restart(String name) {
    Node node = nodes.get(name);
    nodes.put(name, new Node(name, node.profile, node.workerCount));
    node.close();
  }

  @Override
  public synchronized List<GridNode> nodes() {
    return nodes.values().stream()
        .filter(node -> node.alive)
        .map(node -> new GridNode(node.name, node.profile, node.workerCount))
        .toList();
  }

  /** Primary and one backup, as the living nodes have them. */
  @Override
  public synchronized List<String> owners(int partition) {
    List<String> alive = names.stream().filter(name -> nodes.get(name).alive).toList();
    List<String> owners = new ArrayList<>();
    for (int i = 0; i < Math.min(2, alive.size()); i++) {
      owners.add(alive.get((partition + i) % alive.size()));
    }
    return owners;
  }

  @Override
  public <I extends Record, O extends Record> CompletableFuture<O> call(
      String name, Class<? extends GridFunction<I, O>> function, I input) {
    Outcome outcome = fault.on(name, function, input);
    if (outcome == Outcome.KILL) {
      kill(name);
    }
    Node node;
    synchronized (this) {
      node = nodes.get(name);
    }
    CompletableFuture<O> answer = new CompletableFuture<>();
    byte[] bytes = RecordCodec.encode(input);
    calls.execute(
        () -> {
          try {
            if (!node.alive) {
              throw gone(name);
            }
            GridFunction<I, O> made = function.getDeclaredConstructor().newInstance();
            O output = made.apply(RecordCodec.decode(bytes, made.inputType()), node);
            if (!node.alive || outcome == Outcome.LOSE_ANSWER) {
              throw gone(name);
            }
            answer.complete(RecordCodec.decode(RecordCodec.encode(output), made.outputType()));
          } catch (Throwable e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  private static NeuroWeaverException gone(String name) {
    return new NeuroWeaverException(ErrorKind.UNAVAILABLE, "node " + name + " left");
  }

  @Override
  public <I extends Record, O extends Record> CompletableFuture<O> callOwner(
      int partition, Class<? extends GridFunction<I, O>> function, I input) {
    return call(owners(partition).get(0), function, input)
        .exceptionallyCompose(
            problem ->
                problem instanceof NeuroWeaverException failure && failure.kind().retryable()
                    ? callOwner(partition, function, input)
                    : CompletableFuture.failedFuture(problem));
  }

  @Override
  public void close() {
    calls.shutdownNow();
    nodes.values().forEach(Node::close);
  }

  private final class Node implements NodeContext {
    final String name;
    final String profile;
    final int workerCount;
    final ExecutorService workers;
    final Map<Class<?>, Object> shared = new ConcurrentHashMap<>();
    final Meter meter = new Meter();
    volatile boolean alive = true;

    Node(String name, String profile, int workerCount) {
      this.name = name;
      this.profile = profile;
      this.workerCount = workerCount;
      this.workers = Executors.newFixedThreadPool(workerCount);
    }

    void close() {
      workers.shutdown();
      for (Object value : shared.values()) {
        if (value instanceof AutoCloseable closeable) {
          try {
            closeable.close();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        }
      }
    }

    @Override
    public String nodeName() {
      return name;
    }

    @Override
    public ChunkStore chunks() {
      return chunks;
    }

    @Override
    public DatasetCatalog datasets() {
      return datasets;
    }

    @Override
    public BlobStore blobs() {
      return blobs;
    }

    @Override
    public ExecutorService workers() {
      return workers;
    }

    @Override
    public int workerCount() {
      return workerCount;
    }

    @Override
    public Meter meter() {
      return meter;
    }

    @Override
    public <T> T shared(Class<T> type, Supplier<T> maker) {
      return type.cast(shared.computeIfAbsent(type, t -> maker.get()));
    }
  }
}
