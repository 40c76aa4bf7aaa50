package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetProfile;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.KeptProfile;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.PartitionWriter;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Runs a recipe over one partition where it lies and writes what is kept and what is rejected. */
public final class RefinePartition implements GridFunction<RefineTask, RefineOutcome> {
  @Override
  public Class<RefineTask> inputType() {
    return RefineTask.class;
  }

  @Override
  public Class<RefineOutcome> outputType() {
    return RefineOutcome.class;
  }

  @Override
  public RefineOutcome apply(RefineTask task, NodeContext node) {
    Manifest source = node.datasets().get(task.tenant(), task.sourceVersionId());
    Recipe recipe = RefineSteps.recipe(task.recipe(), source, task.known());
    RecipeCheck.same(task.keys(), recipe.keys(), "node " + node.nodeName());
    try (PartitionWriter kept =
            new PartitionWriter(
                node.chunks(),
                task.tenant(),
                task.targetVersionId(),
                task.partition(),
                recipe.schema());
        PartitionWriter rejects =
            new PartitionWriter(
                node.chunks(),
                task.tenant(),
                task.rejectsVersionId(),
                task.partition(),
                recipe.rejectsSchema())) {
      Tally tally = new Tally();
      Optional<DatasetProfile> profiled = KeptProfile.get(node.chunks(), source, task.partition());
      DatasetProfile before = profiled.orElseGet(() -> DatasetProfile.of(source.schema()));
      DatasetProfile after = DatasetProfile.of(recipe.schema());
      Recipe.Sink sink =
          new Recipe.Sink() {
            @Override
            public void kept(Row row) {
              after.add(row);
              kept.add(row);
            }

            @Override
            public void rejected(Row row) {
              rejects.add(row);
            }
          };
      DatasetReader reader = new DatasetReader(node.datasets(), node.chunks());
      recipe.learn(() -> reader.partitionRows(source, task.partition()));
      Iterator<Row> from = reader.partitionRows(source, task.partition());
      while (from.hasNext()) {
        Row row = from.next();
        if (profiled.isEmpty()) {
          before.add(row);
        }
        recipe.run(row, tally, sink);
      }
      recipe.expand(
          node,
          source,
          task.partition(),
          () -> reader.partitionRows(source, task.partition()),
          tally,
          sink);
      List<ChunkInfo> chunks = kept.finish();
      return new RefineOutcome(
          chunks,
          rejects.finish(),
          before.rows(),
          after.rows(),
          tally.masked(),
          tally.examples(),
          tally.stages(),
          before.toBytes(),
          after.toBytes());
    }
  }
}
