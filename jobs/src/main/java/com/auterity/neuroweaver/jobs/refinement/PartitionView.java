package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.Iterator;

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

  /** The row as it enters the stage; null when a stage before rejects it. */
  Row entering(Row row) {
    return recipe.before(place, row);
  }
}
