package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.PartitionCalls;
import com.auterity.neuroweaver.jobs.grid.Progress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** How a {@link SurveyStage} asks the owners of a dataset's partitions. */
final class Survey {
  private final JobContext context;
  private final Manifest source;
  private final String stages;
  private final int place;
  private final List<SurveyStage.Findings> before;

  /**
   * @param place of the stage that asks
   * @param before what the survey stages before it found
   */
  Survey(
      JobContext context,
      Manifest source,
      String stages,
      int place,
      List<SurveyStage.Findings> before) {
    this.context = context;
    this.source = source;
    this.stages = stages;
    this.place = place;
    this.before = List.copyOf(before);
  }

  /** The version that is refined. */
  Manifest source() {
    return source;
  }

  String jobId() {
    return context.jobId();
  }

  /** Another version, by its id. */
  Manifest version(String versionId) {
    return context.datasets().get(context.tenant(), versionId);
  }

  /** Refuses to go on unless all nodes compute on this numerics profile. */
  void onNumerics(String profile) {
    String found = ScoringModels.numerics(context.grid().nodes());
    if (!found.equals(profile)) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          ("the job began on numerics profile '%s' and can only go on there, else its bytes would"
                  + " not repeat; the nodes have '%s' now")
              .formatted(profile, found));
    }
  }

  List<Integer> partitions() {
    return IntStream.range(0, source.partitions()).boxed().toList();
  }

  /** Tells the user how far the survey is. */
  void progress(String phase, long done, long total, String unit) {
    context.progress(new Progress(phase, done, total, unit, Map.of()));
  }

  /** Asks all partitions the same. */
  void askAll(byte[] question, BiConsumer<Integer, byte[]> merge) {
    ask(partitions(), partition -> question, merge);
  }

  /**
   * Asks some partitions; their answers come to {@code merge} in the order of {@code partitions},
   * whatever the order they arrive in. At most two answers for each worker of the grid are asked
   * for beyond the one that is waited for.
   */
  void ask(
      List<Integer> partitions, IntFunction<byte[]> question, BiConsumer<Integer, byte[]> merge) {
    int workers = context.grid().nodes().stream().mapToInt(node -> node.workers()).sum();
    int window = 4 * Math.max(2, workers);
    for (int from = 0; from < partitions.size(); from += window) {
      List<Integer> some = partitions.subList(from, Math.min(partitions.size(), from + window));
      ArrayDeque<Integer> order = new ArrayDeque<>(some);
      Map<Integer, byte[]> arrived = new HashMap<>();
      PartitionCalls.forEach(
          context,
          some,
          CollectPartition.class,
          partition ->
              new CollectPartition.Question(
                  context.tenant(),
                  source.versionId(),
                  partition,
                  stages,
                  known(before, partition),
                  place,
                  question.apply(partition)),
          (partition, answer) -> {
            arrived.put(partition, answer.bytes());
            while (!order.isEmpty() && arrived.containsKey(order.peek())) {
              int next = order.remove();
              merge.accept(next, arrived.remove(next));
            }
          });
    }
  }

  static List<byte[]> known(List<SurveyStage.Findings> findings, int partition) {
    List<byte[]> known = new ArrayList<>();
    findings.forEach(found -> known.add(found.of(partition)));
    return known;
  }
}
