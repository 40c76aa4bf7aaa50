package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.grid.PartitionCalls;
import java.util.List;

/**
 * Has a node read a recipe before anything runs, and tell which keys it finds: a node without the
 * key of a keyed hash, or with another one, would write other bytes.
 */
public final class RecipeCheck implements GridFunction<RecipeCheck.Question, RecipeCheck.Answer> {
  /** The recipe as JSON text and the version it is for. */
  public record Question(String tenant, String sourceVersionId, String recipe) {}

  /** Fingerprints of the recipe's keys on that node. */
  public record Answer(String keys) {}

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
    return new Answer(
        RefineSteps.recipe(
                question.recipe(),
                node.datasets().get(question.tenant(), question.sourceVersionId()),
                List.of())
            .keys());
  }

  /** Refuses the recipe unless every node finds these keys. */
  static void everywhere(JobContext context, Question question, String keys) {
    List<String> nodes = context.grid().nodes().stream().map(GridNode::name).toList();
    PartitionCalls.forEach(
        context,
        nodes,
        node -> context.grid().call(node, RecipeCheck.class, question),
        (node, answer) -> same(keys, answer.keys(), "node " + node));
  }

  static void same(String keys, String found, String where) {
    if (!keys.equals(found)) {
      throw NeuroWeaverException.invalid(
          "the masking key of "
              + where
              + " is another one than that the job began with; right would be the same secret on"
              + " every node, for as long as the job runs");
    }
  }
}
