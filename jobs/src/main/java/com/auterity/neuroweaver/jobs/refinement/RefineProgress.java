package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetProfile;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * How far a refinement is. Partitions that were done since the last commit are done again after a
 * fault, with the same bytes.
 */
final class RefineProgress {
  private final JobContext context;
  private final RefineState begun;
  private final long nanosBetweenCommits;
  private final TreeMap<Integer, RefineOutcome> done;
  private final DatasetProfile before;
  private final DatasetProfile after;
  private TreeMap<String, List<MaskedExample>> examples;
  private TreeMap<Integer, StageCounts> counts;
  private String surveys;
  private long committed = System.nanoTime();
  private int committedPartitions;

  /**
   * @param betweenCommits at least
   */
  RefineProgress(JobContext context, RefineState state, Duration betweenCommits) {
    this.context = context;
    this.nanosBetweenCommits = betweenCommits.toNanos();
    this.begun = state;
    this.done = new TreeMap<>(state.done());
    this.before = DatasetProfile.ofBytes(state.profileBefore());
    this.after = DatasetProfile.ofBytes(state.profileAfter());
    this.examples = state.examples();
    this.counts = state.counts();
    this.surveys = state.surveys();
    this.committedPartitions = done.size();
  }

  String sourceVersionId() {
    return begun.sourceVersionId();
  }

  /** The recipe as JSON text. */
  String stages() {
    return begun.stages();
  }

  String keys() {
    return begun.keys();
  }

  /** What the survey stages say for the result, as a JSON list; null until they have. */
  String surveys() {
    return surveys;
  }

  boolean isDone(int partition) {
    return done.containsKey(partition);
  }

  /** The partitions' chunks, in order of partition. */
  List<ChunkInfo> chunks(Function<RefineOutcome, List<ChunkInfo>> of) {
    return done.values().stream().flatMap(outcome -> of.apply(outcome).stream()).toList();
  }

  long sum(ToLongFunction<RefineOutcome> of) {
    return done.values().stream().mapToLong(of).sum();
  }

  TreeMap<String, Long> masked() {
    TreeMap<String, Long> sums = new TreeMap<>();
    for (RefineOutcome outcome : done.values()) {
      outcome.masked().forEach((kind, pieces) -> sums.merge(kind, pieces, Long::sum));
    }
    return sums;
  }

  Map<String, List<MaskedExample>> examples() {
    return examples;
  }

  /** By place of the stage in the recipe. */
  Map<Integer, StageCounts> counts() {
    return counts;
  }

  DatasetProfile before() {
    return before;
  }

  DatasetProfile after() {
    return after;
  }

  /** The survey stages have what they need; committed. */
  void surveyed(String said) {
    surveys = said;
    commit();
  }

  /** A partition is done; committed when it is time. */
  void add(int partition, RefineOutcome outcome) {
    done.put(partition, outcome.withoutMerged());
    before.merge(DatasetProfile.ofBytes(outcome.profileBefore()));
    after.merge(DatasetProfile.ofBytes(outcome.profileAfter()));
    examples =
        StageCounts.firstOf(examples, outcome.examples(), MaskedExample::ordinal, Tally.EXAMPLES);
    counts = StageCounts.merged(counts, outcome.stages());
    if (System.nanoTime() - committed >= nanosBetweenCommits) {
      commit();
    }
  }

  /** What was done since the last commit. */
  void commitRest() {
    if (done.size() > committedPartitions) {
      commit();
    }
  }

  private void commit() {
    RefineState state =
        new RefineState(
            begun.sourceVersionId(),
            begun.stages(),
            surveys,
            done,
            before.toBytes(),
            after.toBytes(),
            examples,
            counts,
            begun.keys());
    context.commit(done.size(), RecordCodec.encode(state));
    committed = System.nanoTime();
    committedPartitions = done.size();
  }
}
