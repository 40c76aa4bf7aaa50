package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;

/** The tables of jobs. */
public final class JobTables {
  public static final TableDefinition<?> JOB = Definitions.JOB;
  public static final TableDefinition<?> EVENT = Definitions.EVENT;
  public static final TableDefinition<?> REQUEST = Definitions.REQUEST;
  public static final TableDefinition<?> SUBMISSION = Definitions.SUBMISSION;

  private JobTables() {}

  static final class Definitions {
    static final TableDefinition<JobRow> JOB =
        TableDefinition.of("JOB", JobRow.class, 2, CacheGroup.META)
            .withLaterIndex("STATE")
            .withLaterIndex("PARENT_ID");
    static final TableDefinition<JobEventRow> EVENT =
        TableDefinition.of("JOB_EVENT", JobEventRow.class, 3, CacheGroup.META);
    static final TableDefinition<JobRequestRow> REQUEST =
        TableDefinition.of("JOB_REQUEST", JobRequestRow.class, 2, CacheGroup.META);
    static final TableDefinition<SubmissionRow> SUBMISSION =
        TableDefinition.of("JOB_SUBMISSION", SubmissionRow.class, 2, CacheGroup.META);

    private Definitions() {}
  }
}
