package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetWriter;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.Partitioning;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/** Questions and answers as a committed dataset. */
public final class TinyDataset {
  public static final Schema SCHEMA =
      new Schema(
          List.of(
              Column.of("question", ColumnType.STRING), Column.of("answer", ColumnType.STRING)));

  private TinyDataset() {}

  public static Manifest load(
      DatasetCatalog datasets,
      ChunkStore chunks,
      String name,
      List<String> questions,
      UnaryOperator<String> answer) {
    DatasetCatalog.Reservation ids = datasets.reserve("default", name, "job_load_" + name);
    int partitions = datasets.partitions();
    DatasetWriter writer =
        new DatasetWriter(
            chunks, "default", ids.versionId(), SCHEMA, Partitioning.byOrdinal(partitions));
    for (int i = 0; i < questions.size(); i++) {
      writer.add(new Row(i, questions.get(i), answer.apply(questions.get(i))));
    }
    Manifest manifest =
        new Manifest(
            "default",
            ids.datasetId(),
            name,
            ids.versionId(),
            ids.version(),
            SCHEMA,
            partitions,
            null,
            writer.finish(),
            List.of(),
            "job_load_" + name,
            Instant.EPOCH);
    datasets.commit(manifest);
    return manifest;
  }
}
