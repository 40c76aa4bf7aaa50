package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.Iterator;
import java.util.List;

/**
 * What a {@link SurveyStage} sees of one partition on a node that holds it.
 *
 * @param recipe with what is found so far known
 * @param place of the stage in it
 * @param stages the recipe as JSON text
 */
record PartitionView(
    NodeContext node, Manifest source, int partition, Recipe recipe, int place, String stages) {

  DatasetReader reader() {
    return new DatasetReader(node.datasets(), node.chunks());
  }

  /** All rows as the version holds them. */
  Iterator<Row> stored() {
    return reader().partitionRows(source, partition);
  }

  /** Of the last row that the version holds of it; -1 without any. */
  long lastOrdinal() {
    List<ChunkInfo> chunks = source.chunksOf(partition);
    if (chunks.isEmpty()) {
      return -1;
    }
    long last = -1;
    for (Row row : reader().chunk(source, chunks.get(chunks.size() - 1))) {
      last = row.ordinal();
    }
    return last;
  }

  /** The row as it enters the stage; null when a stage before rejects it. */
  Row entering(Row row) {
    return recipe.before(place, row);
  }
}
