package com.auterity.neuroweaver.jobs.training;

import java.util.List;

/**
 * The durable account of a training: which rows went into which step, and what each step measured.
 * Written in batches before the commit that makes them count, so what lies here beyond the job's
 * committed step counts for nothing; of one step, the entries with the highest run epoch count.
 */
public interface TrainLedger {
  void write(
      String tenant, String jobId, List<MicroBatchEntry> microBatches, List<StepEntry> steps);

  /** Entries of steps up to {@code committedStep} that count, by step and number. */
  List<MicroBatchEntry> microBatches(String tenant, String jobId, long committedStep);

  /** Entries up to {@code committedStep} that count, by step. */
  List<StepEntry> steps(String tenant, String jobId, long committedStep);

  /**
   * One micro-batch of one step.
   *
   * @param runEpoch fencing number of the run that did it
   * @param step from 1, over the whole training
   * @param microBatch from 0, within the step
   * @param dataEpoch from 0: which pass over the data
   * @param node who computed it
   * @param sequences the chunk of each row, as its sequence in the partition
   * @param ordinals the source ordinal of each row
   */
  record MicroBatchEntry(
      long runEpoch,
      long step,
      int microBatch,
      int dataEpoch,
      String node,
      String datasetVersionId,
      int partition,
      int[] sequences,
      long[] ordinals) {}

  /** What a step measured: mean loss over target tokens, tokens read, rate, duration. */
  record StepEntry(
      long runEpoch,
      long step,
      int dataEpoch,
      double loss,
      long tokens,
      long targetTokens,
      double learningRate,
      double gradientNorm,
      double seconds) {}
}
