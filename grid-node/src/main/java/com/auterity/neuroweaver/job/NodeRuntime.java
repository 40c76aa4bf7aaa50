package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.DaemonThreads;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.lang.reflect.InvocationTargetException;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.ignite.Ignite;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What calls find on the node they run on, and the wrapper that runs them. One for each node. */
public final class NodeRuntime implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeRuntime.class);
  private static final String KEY = "neuroweaver.runtime";

  private final String nodeName;
  private final DatasetCatalog datasets;
  private final ChunkStore chunks;
  private final BlobStore blobs;
  private final int workerCount;
  private final ExecutorService workers;

  /** As many threads as chunks are under way, which their writers bound; mostly they wait. */
  private final ExecutorService storing =
      Executors.newCachedThreadPool(DaemonThreads.named("storing"));

  private final LongConsumer claimedCpu;
  private final Clock clock;
  private final Map<Class<?>, Object> shared = new ConcurrentHashMap<>();

  /**
   * @param claimedCpu told the CPU nanoseconds of every call that ends here
   */
  public NodeRuntime(
      String nodeName,
      DatasetCatalog datasets,
      ChunkStore chunks,
      BlobStore blobs,
      int workerCount,
      LongConsumer claimedCpu,
      Clock clock) {
    this.nodeName = nodeName;
    this.datasets = datasets;
    this.chunks = chunks;
    this.blobs = blobs;
    this.workerCount = workerCount;
    this.claimedCpu = claimedCpu;
    this.clock = clock;
    this.workers = Executors.newFixedThreadPool(workerCount, DaemonThreads.named("worker"));
  }

  static CompletableFuture<NodeRuntime> on(Ignite ignite) {
    Map<String, CompletableFuture<NodeRuntime>> local = ignite.cluster().nodeLocalMap();
    return local.computeIfAbsent(KEY, key -> new CompletableFuture<>());
  }

  /** From now on calls to this node run here. */
  public void open(Ignite ignite) {
    on(ignite).complete(this);
  }

  public String nodeName() {
    return nodeName;
  }

  DatasetCatalog datasets() {
    return datasets;
  }

  /** The chunks, what comes and goes counted. */
  MeteredChunkStore metered(Meter meter) {
    return new MeteredChunkStore(chunks, meter, storing);
  }

  BlobStore blobs() {
    return blobs;
  }

  void claimCpu(long nanos) {
    claimedCpu.accept(nanos);
  }

  /** The context of work that is metered by {@code meter}. */
  public NodeContext context(Meter meter) {
    return new CallContext(meter);
  }

  /** A node-wide singleton, made on first use, closed with the node. */
  public <T> T shared(Class<T> type, Supplier<T> maker) {
    // Not computeIfAbsent: makers may load models for seconds and use shared themselves.
    Object found = shared.get(type);
    if (found == null) {
      synchronized (shared) {
        found = shared.get(type);
        if (found == null) {
          found = maker.get();
          shared.put(type, found);
        }
      }
    }
    return type.cast(found);
  }

  GridReply execute(GridCall call) {
    Meter meter = new Meter();
    GridReply reply = new GridReply();
    Instant started = clock.instant();
    reply.startedEpochMicros =
        TimeUnit.SECONDS.toMicros(started.getEpochSecond()) + started.getNano() / 1_000;
    long begin = System.nanoTime();
    try {
      reply.output =
          meter.measure(
              () -> RecordCodec.encode(apply(function(call.function), call.input, meter)));
    } catch (Throwable e) {
      // Everything, errors too: what escapes from here would be Ignite's to handle.
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      LOG.warn("{} of job {} failed: {}", call.function, call.jobId, e.toString());
      reply.fail(e, nodeName, call.function);
    }
    reply.used(meter.usage(System.nanoTime() - begin));
    claimedCpu.accept(reply.cpuNanos);
    return reply;
  }

  private <I extends Record, O extends Record> O apply(
      GridFunction<I, O> function, byte[] input, Meter meter) throws Exception {
    return function.apply(RecordCodec.decode(input, function.inputType()), new CallContext(meter));
  }

  private static GridFunction<?, ?> function(String name) throws ReflectiveOperationException {
    Class<?> type = Class.forName(name);
    if (!GridFunction.class.isAssignableFrom(type)) {
      throw new NeuroWeaverException(ErrorKind.INTERNAL, name + " is no GridFunction");
    }
    try {
      var constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return (GridFunction<?, ?>) constructor.newInstance();
    } catch (InvocationTargetException e) {
      throw new NeuroWeaverException(
          ErrorKind.INTERNAL, "cannot make " + name, Map.of(), e.getCause());
    }
  }

  @Override
  public void close() {
    workers.shutdownNow();
    storing.shutdown();
    synchronized (shared) {
      for (Object object : shared.values()) {
        if (object instanceof AutoCloseable closeable) {
          try {
            closeable.close();
          } catch (Exception e) {
            LOG.warn("cannot close {}", object, e);
          }
        }
      }
      shared.clear();
    }
  }

  private final class CallContext implements NodeContext {
    private final Meter meter;
    private final ChunkStore metered;

    CallContext(Meter meter) {
      this.meter = meter;
      this.metered = metered(meter);
    }

    @Override
    public String nodeName() {
      return nodeName;
    }

    @Override
    public ChunkStore chunks() {
      return metered;
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
      return NodeRuntime.this.shared(type, maker);
    }
  }
}
