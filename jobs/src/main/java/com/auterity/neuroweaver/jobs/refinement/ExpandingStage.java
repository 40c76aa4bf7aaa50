package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/**
 * A stage that passes every row on and makes more. It makes them from rows of the dataset, never
 * from rows that a stage before it made. What it makes lies in the partition of the row it comes
 * from, behind all rows that were there, so that ordinals ascend; its ordinal is a function of the
 * source row's and of the version's greatest.
 */
interface ExpandingStage extends SurveyStage {
  /** Every ordinal of the version is below this; told by {@link #know}. */
  long above();

  /** How many places rows made here can have, when the ordinals of rows are below this. */
  long span(long below);

  /** What is made from a row that enters; places ascend within a row and from row to row. */
  default List<Made> from(Row row, Tally tally) {
    return List.of();
  }

  /** What is made from no row; places ascend. */
  default Iterator<Made> own(int partition, int partitions) {
    return Collections.emptyIterator();
  }

  /** Before the first row is made on a node. */
  default void open(NodeContext node, String datasetId) {}

  /** Whether it must {@link #see} every row that enters before it makes one. */
  default boolean sees() {
    return false;
  }

  default void see(Row row) {}

  @Override
  default Verdict apply(Row row, Tally tally) {
    return Verdict.keep(row);
  }

  /** The least number above all ordinals of the version, as {@link #know} takes it. */
  static Findings ordinals(Survey survey) {
    long[] above = {0};
    survey.askAll(
        new byte[0],
        (partition, last) -> above[0] = Math.max(above[0], ByteBuffer.wrap(last).getLong() + 1));
    byte[] said = ByteBuffer.allocate(Long.BYTES).putLong(above[0]).array();
    return partition -> said;
  }

  @Override
  default Findings survey(Survey survey) {
    return ordinals(survey);
  }

  @Override
  default byte[] collect(byte[] question, PartitionView partition) {
    return ByteBuffer.allocate(Long.BYTES).putLong(partition.lastOrdinal()).array();
  }
}
