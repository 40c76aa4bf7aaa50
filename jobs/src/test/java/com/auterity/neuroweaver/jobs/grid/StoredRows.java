package com.auterity.neuroweaver.jobs.grid;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog.Reservation;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.DatasetWriter;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.Partitioning;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Datasets of the tenant {@code default}, put where a job finds them and read back. */
public final class StoredRows {
  private StoredRows() {}

  /**
   * Commits the next version of a dataset.
   *
   * @param partitionBy null: by ordinal
   */
  public static Manifest store(
      DatasetCatalog catalog,
      ChunkStore chunks,
      String name,
      Schema schema,
      String partitionBy,
      List<Row> rows) {
    String job = "job_load_" + name + "_" + rows.size();
    Reservation reservation = catalog.reserve("default", name, job);
    DatasetWriter writer =
        new DatasetWriter(
            chunks,
            "default",
            reservation.versionId(),
            schema,
            Partitioning.by(schema, partitionBy, catalog.partitions()));
    rows.forEach(writer::add);
    Manifest manifest =
        new Manifest(
            "default",
            reservation.datasetId(),
            name,
            reservation.versionId(),
            reservation.version(),
            schema,
            catalog.partitions(),
            partitionBy,
            writer.finish(),
            List.of(),
            job,
            Instant.EPOCH);
    catalog.commit(manifest);
    return manifest;
  }

  /** In the order of ordinals. */
  public static List<Row> read(DatasetCatalog catalog, ChunkStore chunks, String name) {
    List<Row> rows = new ArrayList<>();
    new DatasetReader(catalog, chunks)
        .rows(catalog.get("default", name))
        .forEachRemaining(rows::add);
    return rows;
  }

  public static List<String> checksums(DatasetCatalog catalog, String name) {
    return catalog.get("default", name).chunks().stream().map(ChunkInfo::sha256).toList();
  }
}
