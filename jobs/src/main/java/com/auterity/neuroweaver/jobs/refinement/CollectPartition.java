package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.List;

/** Answers one question of a {@link SurveyStage} from one partition, where it lies. */
public final class CollectPartition
    implements GridFunction<CollectPartition.Question, CollectPartition.Answer> {

  /**
   * @param known for each survey stage before the one that asks, what was found
   * @param place which stage of the recipe asks
   * @param question read by that stage alone
   */
  public record Question(
      String tenant,
      String sourceVersionId,
      int partition,
      String recipe,
      List<byte[]> known,
      int place,
      byte[] question) {}

  /** Read by the stage that asked. */
  public record Answer(byte[] bytes) {}

  @Override
  public Class<Question> inputType() {
    return Question.class;
  }

  @Override
  public Class<Answer> outputType() {
    return Answer.class;
  }

  @Override
  public Answer apply(Question question, NodeContext node) {
    Manifest source = node.datasets().get(question.tenant(), question.sourceVersionId());
    Recipe recipe = RefineSteps.recipe(question.recipe(), source, question.known());
    PartitionView view =
        new PartitionView(
            node, source, question.partition(), recipe, question.place(), question.recipe());
    recipe.learn(question.place(), view::stored);
    return new Answer(recipe.surveyStage(question.place()).collect(question.question(), view));
  }
}
