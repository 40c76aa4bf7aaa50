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
import com.auterity.neuroweaver.datasets.store.MemoryBlobStore;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.Partitioning;
import com.auterity.neuroweaver.jobs.grid.ForwardingStore;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.LocalGrid;
import com.auterity.neuroweaver.jobs.grid.LocalRun;
import com.auterity.neuroweaver.jobs.refinement.AnsweredRows;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A grid of one process that may die before any write and be started again. */
final class CareGrid {
  static final int PARTITIONS = 3;

  final Mortality mortality = new Mortality();
  final MemoryChunkStore memory = new MemoryChunkStore();
  final ChunkStore chunks =
      new ForwardingStore(memory) {
        @Override
        public void put(ChunkKey key, byte[] chunk) {
          mortality.write();
          super.put(key, chunk);
        }

        @Override
        public void remove(ChunkKey key) {
          mortality.write();
          super.remove(key);
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

  /** None of it is materialized. */
  final MemoryBlobStore blobs = new MemoryBlobStore(Path.of("unused"));

  private final Grid grid = LocalGrid.ofCaller(catalog, chunks);

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

  /** Keeps a language model's answer about the dataset's rows, as a refinement does. */
  void answer(String datasetId) {
    new AnsweredRows(blobs, datasetId).keep();
  }

  boolean hasAnswer(String datasetId) {
    return new AnsweredRows(blobs, datasetId).kept();
  }

  /** A job of this grid; what it commits outlives its runs. */
  final class Run extends LocalRun {
    Run(String jobId, ObjectNode parameters) {
      super(jobId, catalog, chunks, grid, parameters);
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
    public BlobStore blobs() {
      return blobs;
    }

    @Override
    public void commit(long step, byte[] state) {
      mortality.write();
      super.commit(step, state);
    }
  }
}
