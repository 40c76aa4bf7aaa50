package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.auterity.neuroweaver.jobs.grid.PartitionCalls;
import com.auterity.neuroweaver.jobs.grid.Progress;
import java.util.ArrayList;
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

  /** Measures the coordinator's work. */
  Meter meter() {
    return context.meter();
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

  /** Throws when the user has cancelled or another run has taken over. */
  void ensureActive() {
    context.ensureActive();
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
   * whatever the order they arrive in.
   */
  void ask(
      List<Integer> partitions, IntFunction<byte[]> question, BiConsumer<Integer, byte[]> merge) {
    PartitionCalls.forEachInOrder(
        context,
        partitions,
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
        (partition, answer) -> merge.accept(partition, answer.bytes()));
  }

  static List<byte[]> known(List<SurveyStage.Findings> findings, int partition) {
    List<byte[]> known = new ArrayList<>();
    findings.forEach(found -> known.add(found.of(partition)));
    return known;
  }
}
