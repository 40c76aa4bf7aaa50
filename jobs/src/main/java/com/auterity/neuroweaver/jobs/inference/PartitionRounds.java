package com.auterity.neuroweaver.jobs.inference;

import com.auterity.neuroweaver.datasets.store.DatasetCatalog.Reservation;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.auterity.neuroweaver.jobs.inference.InferHandler.Done;
import com.auterity.neuroweaver.jobs.inference.InferHandler.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Sends the partitions that are not done to their owners, as many at once to each as it has
 * workers, and commits each one that comes back. One use, on the coordinator's thread.
 */
final class PartitionRounds {
  private final JobContext context;
  private final Manifest source;
  private final Reservation target;
  private final InferParameters wanted;
  private final SortedMap<Integer, Long> shares;
  private final BlockingQueue<Returned> returned = new LinkedBlockingQueue<>();
  private final Map<String, ArrayDeque<Integer>> waiting = new LinkedHashMap<>();
  private final long startedNanos = System.nanoTime();
  private State state;
  private int running;

  private record Returned(
      String owner, int partition, InferPartition.Output output, Throwable problem) {}

  PartitionRounds(
      JobContext context,
      Manifest source,
      Reservation target,
      State begun,
      InferParameters wanted) {
    this.context = context;
    this.source = source;
    this.target = target;
    this.state = begun;
    this.wanted = wanted;
    this.shares = shares(source, wanted.limit());
  }

  /**
   * How many rows of each partition that has some are answered: all of them, or as even a share of
   * the limit as their numbers allow. A function of the manifest alone.
   */
  static SortedMap<Integer, Long> shares(Manifest source, long limit) {
    SortedMap<Integer, Long> rows = new TreeMap<>();
    source.chunks().forEach(chunk -> rows.merge(chunk.partition(), chunk.rows(), Long::sum));
    rows.values().removeIf(count -> count == 0);
    SortedMap<Integer, Long> shares = new TreeMap<>();
    long left = limit;
    List<Integer> smallestFirst = new ArrayList<>(rows.keySet());
    smallestFirst.sort(Comparator.comparing(rows::get));
    for (int i = 0; i < smallestFirst.size(); i++) {
      int partition = smallestFirst.get(i);
      long share = Math.min(rows.get(partition), left / (smallestFirst.size() - i));
      left -= share;
      if (share > 0) {
        shares.put(partition, share);
      }
    }
    return shares;
  }

  /** The state with every partition done. */
  State answer() throws Exception {
    Set<Integer> left = new TreeSet<>(shares.keySet());
    state.done().forEach(done -> left.remove(done.partition()));
    left.forEach(
        partition ->
            waiting
                .computeIfAbsent(
                    context.grid().owners(partition).get(0), owner -> new ArrayDeque<>())
                .add(partition));
    report();
    for (String owner : waiting.keySet()) {
      for (int i = workers(owner); i > 0; i--) {
        send(owner);
      }
    }
    long before = state.nanos();
    while (running > 0) {
      context.ensureActive();
      Returned next = returned.poll(200, TimeUnit.MILLISECONDS);
      if (next == null) {
        continue;
      }
      running--;
      if (next.problem() != null) {
        throw next.problem() instanceof Exception problem
            ? problem
            : new IllegalStateException(next.problem());
      }
      List<Done> done = new ArrayList<>(state.done());
      done.add(new Done(next.partition(), next.output()));
      state =
          new State(
              state.sourceVersionId(),
              state.model(),
              done,
              before + System.nanoTime() - startedNanos);
      context.commit(done.size(), RecordCodec.encode(state));
      report();
      send(next.owner());
    }
    return state;
  }

  private int workers(String owner) {
    return context.grid().nodes().stream()
        .filter(node -> node.name().equals(owner))
        .mapToInt(GridNode::workers)
        .findFirst()
        .orElse(1);
  }

  private void send(String owner) {
    Integer partition = waiting.get(owner).poll();
    if (partition == null) {
      return;
    }
    running++;
    context
        .grid()
        .callOwner(
            partition,
            InferPartition.class,
            new InferPartition.Input(
                context.tenant(),
                source.versionId(),
                target.versionId(),
                partition,
                shares.get(partition),
                state.model(),
                wanted.outputColumn(),
                wanted.sampling()))
        .whenComplete(
            (output, problem) ->
                returned.add(
                    new Returned(
                        owner,
                        partition,
                        output,
                        problem instanceof CompletionException && problem.getCause() != null
                            ? problem.getCause()
                            : problem)));
  }

  private void report() {
    Totals totals = Totals.of(state.done());
    double seconds = state.nanos() / 1e9;
    context.progress(
        new Progress(
            "answering",
            totals.rows(),
            shares.values().stream().mapToLong(Long::longValue).sum(),
            "rows",
            seconds == 0
                ? Map.of()
                : Map.of("tokens_per_second", (totals.tokensIn() + totals.tokensOut()) / seconds)));
  }

  /** What some partitions took together. */
  record Totals(long rows, long failed, long tokensIn, long tokensOut) {
    static Totals of(List<Done> done) {
      long rows = 0;
      long failed = 0;
      long tokensIn = 0;
      long tokensOut = 0;
      for (Done partition : done) {
        rows += partition.output().rows();
        failed += partition.output().failed();
        tokensIn += partition.output().tokensIn();
        tokensOut += partition.output().tokensOut();
      }
      return new Totals(rows, failed, tokensIn, tokensOut);
    }
  }
}
