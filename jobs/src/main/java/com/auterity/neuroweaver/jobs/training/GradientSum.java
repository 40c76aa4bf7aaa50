package com.auterity.neuroweaver.jobs.training;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The sum of the gradients one attempt at a step has computed on this node. Thread-safe. */
final class GradientSum {
  private final int stepMicroBatches;
  private final Set<Integer> ids = new HashSet<>();
  private final List<Outcome> outcomes = new ArrayList<>();
  private long[] sum;

  /**
   * @param stepMicroBatches micro-batches of the step over the whole grid
   */
  GradientSum(int stepMicroBatches) {
    this.stepMicroBatches = stepMicroBatches;
  }

  /** Adds a micro-batch once; a second time changes nothing. */
  synchronized void add(Outcome outcome, float[] gradient) {
    if (ids.contains(outcome.id())) {
      return;
    }
    if (sum == null) {
      sum = new long[gradient.length];
    }
    FixedPoint.add(sum, gradient, stepMicroBatches);
    ids.add(outcome.id());
    outcomes.add(outcome);
  }

  synchronized CollectSum.Sum collect() {
    return new CollectSum.Sum(
        sum == null ? new byte[0] : FixedPoint.bytes(sum), List.copyOf(outcomes));
  }

  /**
   * What a micro-batch measured.
   *
   * @param id its number in the step
   * @param lossSum in nats over its target tokens
   */
  record Outcome(int id, double lossSum, int targetTokens, int tokens) {}
}
