package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which samples form which micro-batch of which step, and the seed of every dropout mask: a
 * function of the configuration, the chunks' (partition, sequence, rows, checksum) and the samples'
 * lengths alone. Every sample that is not held back occurs exactly once in each epoch.
 */
final class TrainingPlan {
  /** How many unfilled packs first-fit looks at: enough to fill well, few enough to be linear. */
  private static final int OPEN_PACKS = 64;

  private final List<Step> steps;
  private final SortedMap<Integer, int[]> heldBack;
  private final int stepsOfFirstEpoch;

  private TrainingPlan(
      List<Step> steps, SortedMap<Integer, int[]> heldBack, int stepsOfFirstEpoch) {
    this.steps = steps;
    this.heldBack = heldBack;
    this.stepsOfFirstEpoch = stepsOfFirstEpoch;
  }

  /**
   * @param lengths tokens to read of each sample, by partition, in row order
   */
  static TrainingPlan of(
      TrainingConfig config, List<ChunkInfo> chunks, Map<Integer, int[]> lengths) {
    SortedMap<Integer, int[]> sorted = new TreeMap<>(lengths);
    PlanSeed seed = PlanSeed.of(config.seed(), chunks);
    SortedMap<Integer, boolean[]> held = holdBack(config.valSetSize(), sorted, seed);
    List<Step> steps = new ArrayList<>();
    int first = 0;
    for (int epoch = 0; epoch < config.numEpochs(); epoch++) {
      List<MicroBatchPlan> microBatches = new ArrayList<>();
      for (Map.Entry<Integer, int[]> partition : sorted.entrySet()) {
        int p = partition.getKey();
        microBatches.addAll(
            microBatches(
                config, p, partition.getValue(), held.get(p), seed.derive("rows", epoch, p)));
      }
      int[] order = PlanSeed.shuffled(microBatches.size(), seed.derive("order", epoch));
      for (int from = 0; from < order.length; from += config.gradientAccumulationSteps()) {
        int to = Math.min(order.length, from + config.gradientAccumulationSteps());
        List<MicroBatchPlan> batch = new ArrayList<>();
        for (int i = from; i < to; i++) {
          batch.add(microBatches.get(order[i]).withDropoutSeed(seed.derive("dropout", epoch, i)));
        }
        steps.add(new Step(steps.size() + 1L, epoch, List.copyOf(batch)));
        if (steps.size() == config.maxSteps()) {
          return new TrainingPlan(
              List.copyOf(steps), indexes(held), epoch == 0 ? steps.size() : first);
        }
      }
      if (epoch == 0) {
        first = steps.size();
      }
    }
    if (steps.isEmpty()) {
      throw NeuroWeaverException.invalid(
          "there is no row to train on: the dataset has %d rows, val_set_size holds back %d"
              .formatted(
                  sorted.values().stream().mapToInt(l -> l.length).sum(),
                  indexes(held).values().stream().mapToInt(i -> i.length).sum()));
    }
    return new TrainingPlan(List.copyOf(steps), indexes(held), first);
  }

  private static SortedMap<Integer, boolean[]> holdBack(
      double valSetSize, SortedMap<Integer, int[]> lengths, PlanSeed seed) {
    SortedMap<Integer, boolean[]> held = new TreeMap<>();
    int rows = 0;
    for (Map.Entry<Integer, int[]> partition : lengths.entrySet()) {
      held.put(partition.getKey(), new boolean[partition.getValue().length]);
      rows += partition.getValue().length;
    }
    int wanted = (int) Math.min(rows, valSetSize < 1 ? Math.floor(rows * valSetSize) : valSetSize);
    boolean[] chosen = new boolean[rows];
    int[] order = PlanSeed.shuffled(rows, seed.derive("validation"));
    for (int i = 0; i < wanted; i++) {
      chosen[order[i]] = true;
    }
    int from = 0;
    for (boolean[] flags : held.values()) {
      System.arraycopy(chosen, from, flags, 0, flags.length);
      from += flags.length;
    }
    return held;
  }

  private static List<MicroBatchPlan> microBatches(
      TrainingConfig config, int partition, int[] lengths, boolean[] held, long seed) {
    List<Pack> packs = new ArrayList<>();
    List<Pack> open = new ArrayList<>();
    for (int sample : PlanSeed.shuffled(lengths.length, seed)) {
      if (held[sample]) {
        continue;
      }
      Pack fitting = null;
      if (config.samplePacking()) {
        for (Pack pack : open) {
          if (pack.length + lengths[sample] <= config.sequenceLen()) {
            fitting = pack;
            break;
          }
        }
      }
      if (fitting == null) {
        fitting = new Pack();
        packs.add(fitting);
        open.add(fitting);
        if (open.size() > OPEN_PACKS) {
          open.remove(0);
        }
      }
      fitting.samples.add(sample);
      fitting.length += lengths[sample];
    }
    List<MicroBatchPlan> microBatches = new ArrayList<>();
    for (int from = 0; from < packs.size(); from += config.microBatchSize()) {
      int to = Math.min(packs.size(), from + config.microBatchSize());
      microBatches.add(
          new MicroBatchPlan(
              partition,
              packs.subList(from, to).stream()
                  .flatMap(pack -> pack.samples.stream())
                  .mapToInt(Integer::intValue)
                  .toArray(),
              0));
    }
    return microBatches;
  }

  private static SortedMap<Integer, int[]> indexes(SortedMap<Integer, boolean[]> flags) {
    SortedMap<Integer, int[]> indexes = new TreeMap<>();
    flags.forEach(
        (partition, held) -> {
          int[] found = new int[held.length];
          int n = 0;
          for (int i = 0; i < held.length; i++) {
            if (held[i]) {
              found[n++] = i;
            }
          }
          if (n > 0) {
            indexes.put(partition, Arrays.copyOf(found, n));
          }
        });
    return indexes;
  }

  List<Step> steps() {
    return steps;
  }

  /** Held-back samples by partition, in row order; partitions without any are left out. */
  SortedMap<Integer, int[]> heldBack() {
    return heldBack;
  }

  int stepsOfFirstEpoch() {
    return stepsOfFirstEpoch;
  }

  /** True when the step is the last of its epoch. */
  boolean endsEpoch(long step) {
    return step == steps.size()
        || steps.get((int) step).dataEpoch() != steps.get((int) step - 1).dataEpoch();
  }

  /**
   * One step.
   *
   * @param number from 1, over all epochs
   */
  record Step(long number, int dataEpoch, List<MicroBatchPlan> microBatches) {}

  /** The samples (indexes in row order) of one partition that are computed together. */
  record MicroBatchPlan(int partition, int[] samples, long dropoutSeed) {
    MicroBatchPlan withDropoutSeed(long seed) {
      return new MicroBatchPlan(partition, samples, seed);
    }
  }

  private static final class Pack {
    final List<Integer> samples = new ArrayList<>();
    int length;
  }
}
