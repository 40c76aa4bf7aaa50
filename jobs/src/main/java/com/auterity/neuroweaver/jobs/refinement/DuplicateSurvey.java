package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.List;

/** Finds near duplicates without making a new version. */
public final class DuplicateSurvey {
  private DuplicateSurvey() {}

  /** Takes a row that would be rejected and the one that would stay in its place. */
  public interface Dropped {
    void row(long ordinal, long keeper, float similarity);
  }

  /**
   * Does what the stage {@code near_duplicates} does before it judges rows.
   *
   * @param stage its knobs, {@code stage} among them
   * @return what a job's result says of the clusters
   */
  public static ObjectNode run(
      JobContext context, String dataset, ObjectNode stage, Dropped dropped) {
    Manifest source = context.datasets().get(context.tenant(), dataset);
    JsonNode stages =
        StoredReferences.pinned(
            JsonNodeFactory.instance.arrayNode().add(stage),
            reference -> context.datasets().get(context.tenant(), reference));
    Recipe recipe = Recipe.of(stages, source.schema(), source.partitionBy());
    if (!(recipe.surveyStage(0) instanceof NearDuplicates near)) {
      throw Knobs.invalid("stage", "is " + stage.path("stage"), NearDuplicates.NAME);
    }
    SurveyStage.Findings findings =
        near.survey(new Survey(context, source, stages.toString(), 0, List.of()));
    for (NearDuplicates.Found found : ((NearDuplicates.Clusters) findings).partitions()) {
      ByteBuffer ordinals = ByteBuffer.wrap(found.ordinals());
      ByteBuffer keepers = ByteBuffer.wrap(found.keepers());
      ByteBuffer similarities = ByteBuffer.wrap(found.similarities());
      while (ordinals.hasRemaining()) {
        dropped.row(ordinals.getLong(), keepers.getLong(), similarities.getFloat());
      }
    }
    return findings.report();
  }
}
