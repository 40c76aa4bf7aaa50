package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog.Reservation;
import com.auterity.neuroweaver.datasets.store.DatasetWriter;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.datasets.store.Partitioning;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.auterity.neuroweaver.jobs.refinement.DuplicateSurvey;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.function.Supplier;

/**
 * Our side of {@code dedup}: one node in this JVM, the documents as chunks in its memory; what is
 * asked and answered crosses as bytes, as it does between nodes. Each turn begins without anything
 * kept from the one before.
 */
final class OurDedup implements AutoCloseable {
  private static final int PARTITIONS = 16;
  private static final String TENANT = "default";

  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(PARTITIONS);
  private final MemoryChunkStore chunks = new MemoryChunkStore();
  private final ExecutorService workers;

  /** What the coordinator shares its own work with: no more processors than the peer has. */
  private final ForkJoinPool coordinator;

  private final int threads;
  private final int documents;

  /** What a turn found: for each document the one that stays in its place. */
  record Turn(double seconds, int[] clusters, ObjectNode report) {}

  OurDedup(DedupDocuments documents, int threads) {
    this.threads = threads;
    this.documents = documents.count();
    workers = Executors.newFixedThreadPool(threads);
    coordinator = new ForkJoinPool(threads);
    Schema schema = new Schema(List.of(Column.of("text", ColumnType.STRING)));
    Reservation reservation = catalog.reserve(TENANT, "documents", "job_load");
    DatasetWriter writer =
        new DatasetWriter(
            chunks,
            TENANT,
            reservation.versionId(),
            schema,
            Partitioning.by(schema, null, PARTITIONS));
    for (int i = 0; i < documents.count(); i++) {
      writer.add(new Row(i, documents.text(i)));
    }
    catalog.commit(
        new Manifest(
            TENANT,
            reservation.datasetId(),
            "documents",
            reservation.versionId(),
            reservation.version(),
            schema,
            PARTITIONS,
            null,
            writer.finish(),
            List.of(),
            "job_load",
            Instant.EPOCH));
  }

  Turn turn(double threshold, long seed) {
    int[] clusters = new int[documents];
    Arrays.setAll(clusters, i -> i);
    ObjectNode stage = JsonNodeFactory.instance.objectNode();
    stage.put("stage", "near_duplicates").put("threshold", threshold).put("seed", seed);
    stage.put("shingle_size", DedupDocuments.SHINGLE).putArray("columns").add("text");
    Context context = new Context(new OneNode());
    long started = System.nanoTime();
    ObjectNode report =
        coordinator.invoke(
            ForkJoinTask.adapt(
                () ->
                    DuplicateSurvey.run(
                        context,
                        "documents",
                        stage,
                        (ordinal, keeper, similarity) -> clusters[(int) ordinal] = (int) keeper)));
    return new Turn((System.nanoTime() - started) / 1e9, clusters, report);
  }

  @Override
  public void close() {
    workers.shutdownNow();
    coordinator.shutdownNow();
  }

  /** Lives for one turn, and what it keeps too. */
  private final class OneNode implements Grid, NodeContext {
    private final Map<Class<?>, Object> shared = new ConcurrentHashMap<>();

    @Override
    public List<GridNode> nodes() {
      return List.of(new GridNode("local", "bench", threads));
    }

    @Override
    public List<String> owners(int partition) {
      return List.of("local");
    }

    @Override
    public <I extends Record, O extends Record> CompletableFuture<O> call(
        String node, Class<? extends GridFunction<I, O>> function, I input) {
      byte[] sent = RecordCodec.encode(input);
      return CompletableFuture.supplyAsync(
          () -> {
            try {
              GridFunction<I, O> made = function.getConstructor().newInstance();
              O output = made.apply(RecordCodec.decode(sent, made.inputType()), this);
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
      throw new UnsupportedOperationException("no blobs here");
    }

    @Override
    public ExecutorService workers() {
      return workers;
    }

    @Override
    public int workerCount() {
      return threads;
    }

    @Override
    public Meter meter() {
      return new Meter();
    }

    @Override
    public <T> T shared(Class<T> type, Supplier<T> maker) {
      return type.cast(shared.computeIfAbsent(type, t -> maker.get()));
    }
  }

  private final class Context implements JobContext {
    private final Grid grid;

    Context(Grid grid) {
      this.grid = grid;
    }

    @Override
    public String tenant() {
      return TENANT;
    }

    @Override
    public String jobId() {
      return "job_bench";
    }

    @Override
    public long epoch() {
      return 1;
    }

    @Override
    public ObjectNode parameters() {
      return JsonNodeFactory.instance.objectNode();
    }

    @Override
    public Grid grid() {
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
      throw new UnsupportedOperationException("no blobs here");
    }

    @Override
    public void progress(Progress progress) {}

    @Override
    public Optional<Commit> lastCommit() {
      return Optional.empty();
    }

    @Override
    public void commit(long step, byte[] state) {
      throw new UnsupportedOperationException("nothing is committed here");
    }

    @Override
    public void ensureActive() {}

    @Override
    public void attribute(String datasetVersionId, String modelVersionId) {}

    @Override
    public Meter meter() {
      return new Meter();
    }
  }
}
