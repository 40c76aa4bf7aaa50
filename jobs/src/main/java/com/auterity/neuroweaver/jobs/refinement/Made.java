package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;

/**
 * A row that an {@link ExpandingStage} made, or would have made.
 *
 * @param place among all the stage may make; the row's ordinal follows from it
 * @param refused why it is rejected at once; null when it goes on
 */
record Made(long place, Row row, Verdict refused) {}
