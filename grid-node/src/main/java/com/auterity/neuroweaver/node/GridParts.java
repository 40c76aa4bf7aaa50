package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.IgniteDatasetCatalog;
import com.auterity.neuroweaver.datasets.table.IgniteRecordTable;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import com.auterity.neuroweaver.job.JobService;
import com.auterity.neuroweaver.job.NodeRuntime;
import com.auterity.neuroweaver.job.Placement;
import java.nio.file.Path;
import java.time.Clock;
import org.apache.ignite.Ignite;

/** What a started node has, for those who wire features onto it. */
record GridParts(
    NodeConfig config,
    Path home,
    Ignite ignite,
    Clock clock,
    IgniteDatasetCatalog datasets,
    ChunkStore chunks,
    BlobStore blobs,
    JobService jobs,
    NodeRuntime runtime,
    Placement placement) {

  <R extends Record> RecordTable<R> table(TableDefinition<R> definition) {
    return new IgniteRecordTable<>(ignite, definition);
  }
}
