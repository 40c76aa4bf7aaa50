package com.auterity.neuroweaver.jobs.care;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkKey;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetDisposalRow;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.DatasetReservationRow;
import com.auterity.neuroweaver.datasets.store.DatasetRow;
import com.auterity.neuroweaver.datasets.store.DatasetVersionRow;
import com.auterity.neuroweaver.datasets.store.DatasetWriter;
import com.auterity.neuroweaver.datasets.store.IgniteDatasetCatalog;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.Partitioning;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/** A grid of one process that may die before any write and be started again. */
final class CareGrid implements Grid, NodeContext {
  static final int PARTITIONS = 3;

  final Mortality mortality = new Mortality();
  final MemoryChunkStore memory = new MemoryChunkStore();
  final ChunkStore chunks =
      new ChunkStore() {
        @Override
        public void put(ChunkKey key, byte[] chunk) {
          mortality.write();
          memory.put(key, chunk);
        }

        @Override
        public byte[] get(ChunkKey key) {
          return memory.get(key);
        }

        @Override
        public void remove(ChunkKey key) {
          mortality.write();
          memory.remove(key);
        }
      };
  final IgniteDatasetCatalog catalog =
      new IgniteDatasetCatalog(
          new MortalTable<>(DatasetRow.TABLE, mortality),
          new MortalTable<>(DatasetVersionRow.TABLE, mortality),
          new MortalTable<>(DatasetReservationRow.TABLE, mortality),
          new MortalTable<>(DatasetDisposalRow.TABLE, mortality),
          PARTITIONS,
          Clock.systemUTC());

  /** Commits a version; ordinals are given, because they are what lineage goes by. */
  Manifest version(
      String name, String jobId, Schema schema, List<Row> rows, Instant at, String... parents) {
    DatasetCatalog.Reservation reserved = catalog.reserve("default", name, jobId);
    DatasetWriter writer =
        new DatasetWriter(
            chunks, "default", reserved.versionId(), schema, Partitioning.byOrdinal(PARTITIONS));
    rows.forEach(writer::add);
    catalog.commit(
        new Manifest(
            "default",
            reserved.datasetId(),
            name,
            reserved.versionId(),
            reserved.version(),
            schema,
            PARTITIONS,
            null,
            writer.finish(),
            List.of(parents),
            jobId,
            at));
    return catalog.get("default", reserved.versionId());
  }

  List<Row> rows(String reference) {
    DatasetReader reader = new DatasetReader(catalog, chunks);
    List<Row> rows = new ArrayList<>();
    reader.rows(reader.manifest("default", reference)).forEachRemaining(rows::add);
    return rows;
  }

  /** A job of this grid; what it commits outlives its runs. */
  final class Run implements JobContext {
    private final String jobId;
    private final ObjectNode parameters;
    private Commit last;

    Run(String jobId, ObjectNode parameters) {
      this.jobId = jobId;
      this.parameters = parameters;
    }

    /** Runs the job, killed before each write that is left it, until it comes to its end. */
    ObjectNode survive(JobHandler handler, long writesOfEachLife) throws Exception {
      while (true) {
        mortality.dieAfter(writesOfEachLife);
        try {
          ObjectNode result = handler.run(this);
          mortality.dieAfter(Long.MAX_VALUE);
          return result;
        } catch (RuntimeException e) {
          Throwable cause = e;
          while (!(cause instanceof Mortality.Died)) {
            cause = cause.getCause();
            if (cause == null) {
              throw e;
            }
          }
          writesOfEachLife += 1 + writesOfEachLife / 3;
        }
      }
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
      return CareGrid.this;
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
      throw new UnsupportedOperationException("rows are no blobs");
    }

    @Override
    public void progress(Progress progress) {}

    @Override
    public Optional<Commit> lastCommit() {
      return Optional.ofNullable(last);
    }

    @Override
    public void commit(long step, byte[] state) {
      mortality.write();
      last = new Commit(step, state);
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

  @Override
  public List<GridNode> nodes() {
    return List.of(new GridNode("local", "test", 1));
  }

  @Override
  public List<String> owners(int partition) {
    return List.of("local");
  }

  @Override
  public <I extends Record, O extends Record> CompletableFuture<O> call(
      String node, Class<? extends GridFunction<I, O>> function, I input) {
    try {
      GridFunction<I, O> made = function.getConstructor().newInstance();
      I sent = RecordCodec.decode(RecordCodec.encode(input), made.inputType());
      O output = made.apply(sent, this);
      return CompletableFuture.completedFuture(
          RecordCodec.decode(RecordCodec.encode(output), made.outputType()));
    } catch (Exception e) {
      return CompletableFuture.failedFuture(e);
    }
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
    throw new UnsupportedOperationException("rows are no blobs");
  }

  @Override
  public ExecutorService workers() {
    throw new UnsupportedOperationException("care needs no workers");
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
