package com.auterity.neuroweaver.jobs.evaluation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What the answers to all evaluated rows come to. */
final class Figures {
  private final double perplexity;
  private final List<AnswerScore> scores;

  /**
   * @param lossSum in nats over all target tokens
   */
  Figures(double lossSum, long targetTokens, List<AnswerScore> scores) {
    this.perplexity = Math.exp(lossSum / targetTokens);
    this.scores = List.copyOf(scores);
  }

  /** The figures about JSON are null where the expected answers are no JSON objects. */
  void into(ObjectNode node) {
    node.put("perplexity", perplexity);
    boolean json = scores.stream().allMatch(AnswerScore::jsonExpected);
    boolean codes = json && scores.stream().anyMatch(AnswerScore::opCodeExpected);
    node.put("valid_json", json ? share(scores, AnswerScore::validJson) : null);
    node.put(
        "field_exact",
        json
            ? (Double)
                (scores.stream().mapToLong(AnswerScore::fieldsEqual).sum()
                    / (double) Math.max(1, scores.stream().mapToLong(AnswerScore::fields).sum()))
            : null);
    node.put(
        "op_code_accuracy",
        codes
            ? share(
                scores.stream().filter(AnswerScore::opCodeExpected).toList(),
                AnswerScore::opCodeRight)
            : null);
    node.put("exact_match", share(scores, AnswerScore::exact));
  }

  private static Double share(
      List<AnswerScore> scores, java.util.function.Predicate<AnswerScore> good) {
    return scores.stream().filter(good).count() / (double) scores.size();
  }
}
