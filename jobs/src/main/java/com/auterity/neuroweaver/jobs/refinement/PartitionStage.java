package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;

/**
 * A stage that sees every row of its partition before it judges one. It serves one partition by one
 * thread: {@link #see} for each row in source order, {@link #settle}, then {@link #apply}.
 */
interface PartitionStage extends Stage {
  void see(Row row);

  void settle();
}
