package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.costguard.UsageRow;
import com.auterity.neuroweaver.datasets.store.MemoryBlobStore;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.datasets.table.MemoryRecordTable;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Jobs, their coordinators and their tables in one process, without Ignite. */
final class JobsInMemory implements AutoCloseable {
  final List<UsageRow> usage = new CopyOnWriteArrayList<>();
  final JobKinds kinds = new JobKinds();
  final MemoryRecordTable<JobRequestRow> requests =
      new MemoryRecordTable<>(JobTables.Definitions.REQUEST);
  final JobStore store;
  final JobService service;
  private final Path folder;
  private final List<AutoCloseable> opened = new ArrayList<>();

  /** What a handler of a test does. */
  interface Work {
    ObjectNode run(JobContext context) throws Exception;
  }

  JobsInMemory(Path folder) {
    this.folder = folder;
    Object lock = new Object();
    Atomically atomically =
        new Atomically() {
          @Override
          public <T> T run(Supplier<T> work) {
            synchronized (lock) {
              return work.get();
            }
          }
        };
    this.store =
        new JobStore(
            new MemoryRecordTable<>(JobTables.Definitions.JOB),
            new MemoryRecordTable<>(JobTables.Definitions.EVENT),
            new MemoryRecordTable<>(JobTables.Definitions.SUBMISSION),
            atomically,
            Clock.systemUTC());
    this.service = new JobService(store, kinds);
  }

  static JobHandler handler(String kind, Work work) {
    return new JobHandler() {
      @Override
      public String kind() {
        return kind;
      }

      @Override
      public void validate(String tenant, ObjectNode parameters) {}

      @Override
      public ObjectNode run(JobContext context) throws Exception {
        return work.run(context);
      }
    };
  }

  static ObjectNode json() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Starts a coordinator that believes to be the oldest node. */
  JobCoordinator coordinator(String node, int maxRunning) {
    NodeRuntime runtime =
        new NodeRuntime(
            node,
            new MemoryDatasetCatalog(4),
            new MemoryChunkStore(),
            new MemoryBlobStore(folder),
            1,
            nanos -> {},
            Clock.systemUTC());
    opened.add(runtime);
    JobCoordinator coordinator =
        new JobCoordinator(
            service,
            runtime,
            usage::addAll,
            scope -> new NoGrid(),
            Executors.newSingleThreadExecutor(),
            () -> true,
            error -> {
              throw error;
            },
            new JobRequests(requests, service, store::now),
            node,
            maxRunning);
    opened.add(coordinator);
    coordinator.start();
    return coordinator;
  }

  @Override
  public void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private static final class NoGrid implements Grid {
    @Override
    public List<GridNode> nodes() {
      return List.of();
    }

    @Override
    public List<String> owners(int partition) {
      return List.of();
    }

    @Override
    public <I extends Record, O extends Record> CompletableFuture<O> call(
        String node, Class<? extends GridFunction<I, O>> function, I input) {
      return CompletableFuture.failedFuture(new UnsupportedOperationException());
    }

    @Override
    public <I extends Record, O extends Record> CompletableFuture<O> callOwner(
        int partition, Class<? extends GridFunction<I, O>> function, I input) {
      return CompletableFuture.failedFuture(new UnsupportedOperationException());
    }
  }
}
