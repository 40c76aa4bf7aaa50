package com.auterity.neuroweaver.jobs.refinement;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A stage that must know all partitions before it can judge a row. The coordinator asks the owners
 * of all partitions what it needs ({@link #survey}), they answer from the rows that enter the stage
 * ({@link #collect}), and what was found is told to the stage where it judges rows ({@link #know}).
 * Questions, answers and findings are bytes that only the stage reads. All of it is a function of
 * the rows, so that a job that is taken up again finds the same.
 */
interface SurveyStage extends Stage {
  /** On the coordinator: asks, merges answers in the order of partitions, and decides. */
  Findings survey(Survey survey);

  /** On an owner: answers one question from one partition, bounded in size. */
  byte[] collect(byte[] question, PartitionView partition);

  /** What {@link Findings#of} this partition said; before the first row is judged. */
  void know(byte[] findings);

  /** What a survey decided. */
  interface Findings {
    /** What the stage must know to judge the rows of one partition. */
    byte[] of(int partition);

    /** For the job's result; null when there is nothing to say. */
    default ObjectNode report() {
      return null;
    }
  }
}
