package com.auterity.neuroweaver.table;

import com.auterity.neuroweaver.costguard.PriceRow;
import com.auterity.neuroweaver.costguard.UsageRow;
import com.auterity.neuroweaver.datasets.store.ChunkRepairRow;
import com.auterity.neuroweaver.datasets.store.DatasetDisposalRow;
import com.auterity.neuroweaver.datasets.store.DatasetErasureRow;
import com.auterity.neuroweaver.datasets.store.DatasetReservationRow;
import com.auterity.neuroweaver.datasets.store.DatasetRetentionRow;
import com.auterity.neuroweaver.datasets.store.DatasetRow;
import com.auterity.neuroweaver.datasets.store.DatasetVersionRow;
import com.auterity.neuroweaver.datasets.store.IgniteBlobStore;
import com.auterity.neuroweaver.datasets.store.IgniteChunkStore;
import com.auterity.neuroweaver.datasets.store.NodeDiskRow;
import com.auterity.neuroweaver.flight.FlightNodeRow;
import com.auterity.neuroweaver.job.JobTables;
import com.auterity.neuroweaver.jobs.loading.LoadKeyRow;
import com.auterity.neuroweaver.jobs.training.TrainLedger;
import com.auterity.neuroweaver.publish.PublishedTableRow;
import com.auterity.neuroweaver.registry.AliasRow;
import com.auterity.neuroweaver.registry.DeploymentRow;
import com.auterity.neuroweaver.registry.ModelRow;
import com.auterity.neuroweaver.registry.ModelVersionRow;
import com.auterity.neuroweaver.upload.UploadRow;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** All migrations there are, in order. New tables go into a new migration once one has shipped. */
public final class GridTables {
  private GridTables() {}

  /** The names of all tables, as SQL has them. */
  public static Set<String> names() {
    Set<String> names = new TreeSet<>(Set.of(SchemaVersionRow.TABLE.name()));
    for (Migration migration : migrations()) {
      migration.tables().forEach(table -> names.add(table.name()));
    }
    return names;
  }

  public static List<Migration> migrations() {
    return List.of(
        new Migration(
            1,
            "the first tables",
            List.of(
                JobTables.JOB,
                JobTables.EVENT,
                JobTables.REQUEST,
                JobTables.SUBMISSION,
                DatasetRow.TABLE,
                DatasetVersionRow.TABLE,
                DatasetReservationRow.TABLE,
                TrainLedger.MICRO_BATCHES,
                TrainLedger.STEPS,
                ModelRow.TABLE,
                ModelVersionRow.TABLE,
                AliasRow.TABLE,
                DeploymentRow.TABLE,
                UsageRow.TABLE,
                PriceRow.TABLE),
            List.of(IgniteChunkStore.CACHE, IgniteBlobStore.CACHE),
            List.of()),
        new Migration(
            2,
            "care of data",
            List.of(
                ChunkRepairRow.TABLE,
                DatasetDisposalRow.TABLE,
                DatasetRetentionRow.TABLE,
                DatasetErasureRow.TABLE,
                NodeDiskRow.TABLE),
            List.of(),
            List.of()),
        new Migration(
            3,
            "ways in and out of datasets",
            List.of(
                LoadKeyRow.TABLE, UploadRow.TABLE, FlightNodeRow.TABLE, PublishedTableRow.TABLE),
            List.of(),
            List.of()),
        new Migration(
            4,
            "jobs by state and by parent",
            List.of(),
            List.of(),
            List.of(JobTables.JOB.createIndex("STATE"), JobTables.JOB.createIndex("PARENT_ID"))));
  }
}
