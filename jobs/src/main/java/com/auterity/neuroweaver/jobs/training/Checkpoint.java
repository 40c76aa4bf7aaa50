package com.auterity.neuroweaver.jobs.training;

import java.util.Map;

/**
 * All that a training goes on from. The job's id is part of it, so that no two jobs share a blob
 * and each may remove its own.
 *
 * @param adapter the float32 vector
 * @param optimizer the state of AdamW
 * @param losses mean loss of every step so far
 * @param validationLosses of every epoch so far, when rows are held back
 * @param seconds time spent in steps, over all runs
 */
record Checkpoint(
    String jobId,
    long step,
    byte[] adapter,
    byte[] optimizer,
    double[] losses,
    double[] validationLosses,
    long tokens,
    long targetTokens,
    double seconds,
    Map<String, Long> microBatchesByNode) {
  Checkpoint {
    microBatchesByNode = Map.copyOf(microBatchesByNode);
  }
}
