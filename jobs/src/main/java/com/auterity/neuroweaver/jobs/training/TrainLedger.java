package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * The durable account of trainings, tables TRAIN_LEDGER and TRAIN_STEP: which rows went into which
 * step, and what each step measured. Written in batches before the commit that makes them count: an
 * entry beyond the job's committed step counts for nothing, and of one step the entries with the
 * highest run epoch count, because a run begins where an earlier one last committed.
 */
public final class TrainLedger {
  /** Table TRAIN_LEDGER. */
  public static final TableDefinition<MicroBatchEntry> MICRO_BATCHES =
      TableDefinition.of("TRAIN_LEDGER", MicroBatchEntry.class, 5, CacheGroup.LEDGER)
          .withIndex("JOB_ID");

  /** Table TRAIN_STEP. */
  public static final TableDefinition<StepEntry> STEPS =
      TableDefinition.of("TRAIN_STEP", StepEntry.class, 4, CacheGroup.LEDGER).withIndex("JOB_ID");

  private final RecordTable<MicroBatchEntry> microBatches;
  private final RecordTable<StepEntry> steps;

  public TrainLedger(RecordTable<MicroBatchEntry> microBatches, RecordTable<StepEntry> steps) {
    this.microBatches = microBatches;
    this.steps = steps;
  }

  void write(List<MicroBatchEntry> newMicroBatches, List<StepEntry> newSteps) {
    microBatches.putAll(newMicroBatches);
    steps.putAll(newSteps);
  }

  /** The entries that count, by step and micro-batch. */
  public List<MicroBatchEntry> microBatches(String tenant, String jobId, long committedStep) {
    return counting(
        microBatches.where(Map.of("tenant", tenant, "jobId", jobId)),
        committedStep,
        MicroBatchEntry::step,
        MicroBatchEntry::runEpoch,
        Comparator.comparingLong(MicroBatchEntry::step)
            .thenComparingInt(MicroBatchEntry::microBatch));
  }

  /** The entries that count, by step. */
  public List<StepEntry> steps(String tenant, String jobId, long committedStep) {
    return counting(
        steps.where(Map.of("tenant", tenant, "jobId", jobId)),
        committedStep,
        StepEntry::step,
        StepEntry::runEpoch,
        Comparator.comparingLong(StepEntry::step));
  }

  private static <R> List<R> counting(
      List<R> rows,
      long committedStep,
      ToLongFunction<R> step,
      ToLongFunction<R> runEpoch,
      Comparator<R> order) {
    Map<Long, Long> lastRun = new HashMap<>();
    for (R row : rows) {
      lastRun.merge(step.applyAsLong(row), runEpoch.applyAsLong(row), Math::max);
    }
    return rows.stream()
        .filter(row -> step.applyAsLong(row) <= committedStep)
        .filter(row -> lastRun.get(step.applyAsLong(row)) == runEpoch.applyAsLong(row))
        .sorted(order)
        .toList();
  }

  /**
   * One micro-batch of one step.
   *
   * @param runEpoch fencing number of the run that did it
   * @param step from 1, over the whole training
   * @param microBatch from 0, within the step
   * @param dataEpoch from 0: which pass over the data
   * @param node who computed it
   * @param dataPartition with {@code datasetVersionId} and a sequence the key of a chunk
   * @param sequences the chunk of each row, as its sequence in the partition: {@code 0,0,1}
   * @param ordinals the source ordinal of each row, in the same order
   */
  public record MicroBatchEntry(
      String tenant,
      String jobId,
      long runEpoch,
      long step,
      int microBatch,
      int dataEpoch,
      String node,
      String datasetVersionId,
      int dataPartition,
      int samples,
      String sequences,
      String ordinals) {}

  /**
   * What a step measured.
   *
   * @param loss mean negative log-likelihood of a target token, in nats
   * @param tokens tokens read
   * @param gradientNorm before clipping
   */
  public record StepEntry(
      String tenant,
      String jobId,
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
