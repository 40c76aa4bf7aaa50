package com.auterity.neuroweaver.table;

import com.auterity.neuroweaver.job.JobTables;
import java.util.List;

/** All migrations there are, in order. New tables go into a new migration once one has shipped. */
public final class GridTables {
  /** Chunks of datasets; see {@code datasets.store}. */
  public static final String CHUNKS = "NW_CHUNK";

  /** Content-addressed bytes; see {@code datasets.store}. */
  public static final String BLOBS = "NW_BLOB";

  private GridTables() {}

  public static List<Migration> migrations() {
    return List.of(
        new Migration(
            1,
            "the first tables",
            List.of(JobTables.JOB, JobTables.EVENT, JobTables.REQUEST, JobTables.SUBMISSION),
            List.of(CHUNKS, BLOBS),
            List.of()));
  }
}
