package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Has the micro-batches of one step computed by the nodes and adds up their sums. Work is handed
 * out piece by piece, most at first, so that nodes of unequal speed end together; a micro-batch
 * goes to a node that holds its partition, primary before backup. A sum is accepted only when it
 * holds exactly what its node was given; else it is dropped and computed again under a new attempt.
 *
 * <p>One instance for one step, used by one thread.
 */
final class StepComputation {
  private final Grid grid;
  private final String numericsProfile;
  private final StepStates.StepId id;
  private final SampleSource source;
  private final TrainingConfig config;
  private final TrainingPlan.Step step;
  private final byte[] adapter;
  private final Runnable ensureActive;
  private final Patience patience;

  private final Set<Integer> pending = new TreeSet<>();
  private final Map<String, Member> members = new LinkedHashMap<>();
  private final Map<Integer, List<String>> owners = new HashMap<>();
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final GradientSum.Outcome[] outcomes;
  private final String[] nodes;
  private final long[] sum;
  private int accepted;
  private NeuroWeaverException lastFailure;

  StepComputation(
      Grid grid,
      String numericsProfile,
      StepStates.StepId id,
      SampleSource source,
      TrainingConfig config,
      TrainingPlan.Step step,
      float[] parameters,
      Runnable ensureActive,
      Patience patience) {
    this.grid = grid;
    this.numericsProfile = numericsProfile;
    this.id = id;
    this.source = source;
    this.config = config;
    this.step = step;
    this.adapter = Float32.bytes(parameters);
    this.ensureActive = ensureActive;
    this.patience = patience;
    int n = step.microBatches().size();
    for (int i = 0; i < n; i++) {
      pending.add(i);
      owners.computeIfAbsent(step.microBatches().get(i).partition(), grid::owners);
    }
    this.outcomes = new GradientSum.Outcome[n];
    this.nodes = new String[n];
    this.sum = new long[parameters.length];
  }

  /** What a step came to: micro-batch by micro-batch, and the sum of all gradients. */
  record Total(long[] sum, List<GradientSum.Outcome> outcomes, List<String> nodes) {}

  /**
   * @throws NeuroWeaverException what a node's failure was when another try cannot help;
   *     UNAVAILABLE when for a while no node of the job's numerics profile does the work
   */
  Total run() throws InterruptedException {
    findMembers();
    while (accepted < outcomes.length) {
      handOut();
      if (members.values().stream().noneMatch(member -> member.busy)) {
        waitForNodes();
        continue;
      }
      Event event = events.poll(500, TimeUnit.MILLISECONDS);
      ensureActive.run();
      if (event != null) {
        event.apply();
      }
    }
    return new Total(sum, List.of(outcomes), List.of(nodes));
  }

  private void findMembers() {
    for (GridNode node : grid.nodes()) {
      if (node.numericsProfile().equals(numericsProfile)) {
        members.computeIfAbsent(node.name(), name -> new Member(name, Math.max(1, node.workers())))
                .failed =
            false;
      }
    }
  }

  /** Gives idle nodes their next pieces of work, or asks for their sums when there is no more. */
  private void handOut() {
    Map<Member, List<Integer>> pieces = new LinkedHashMap<>();
    for (Member member : members.values()) {
      if (!member.busy && !member.failed) {
        List<Integer> piece = choose(member);
        piece.forEach(pending::remove);
        member.given.addAll(piece);
        pieces.put(member, piece);
      }
    }
    // Only now it is known whose piece is the last: its sum comes back without another call.
    boolean last = pending.isEmpty();
    pieces.forEach(
        (member, piece) -> {
          if (!piece.isEmpty()) {
            compute(member, piece, last);
          } else if (last && !member.given.isEmpty()) {
            send(
                member,
                CollectSum.class,
                new CollectSum.Request(id.jobId(), id.runEpoch(), id.step(), member.attempt),
                collected -> accept(member, collected));
          }
        });
  }

  private void compute(Member member, List<Integer> piece, boolean last) {
    boolean first = !member.hasAdapter;
    member.hasAdapter = true;
    send(
        member,
        ComputeMicroBatches.class,
        new ComputeMicroBatches.Request(
            id.jobId(),
            id.runEpoch(),
            id.step(),
            member.attempt,
            outcomes.length,
            source,
            config.lora(),
            config.qat(),
            config.baseFormat(),
            config.gradientCheckpointing(),
            first ? adapter : null,
            piece.stream().map(this::work).toList(),
            last),
        done -> {
          if (last) {
            accept(member, done.sum());
          }
        });
  }

  private ComputeMicroBatches.Work work(int number) {
    TrainingPlan.MicroBatchPlan plan = step.microBatches().get(number);
    return new ComputeMicroBatches.Work(
        number, plan.partition(), plan.samples(), plan.dropoutSeed());
  }

  /** Half of the node's share of what is left, of partitions it holds. */
  private List<Integer> choose(Member member) {
    int workers = 0;
    for (Member other : members.values()) {
      workers += other.failed ? 0 : other.workers;
    }
    int share = (int) ((long) pending.size() * member.workers / (2L * Math.max(1, workers)));
    int wanted = Math.max(member.workers, share);
    List<Integer> chosen = new ArrayList<>();
    for (int preference = 0; preference < 3 && chosen.size() < wanted; preference++) {
      for (Iterator<Integer> it = pending.iterator(); it.hasNext() && chosen.size() < wanted; ) {
        int number = it.next();
        if (preference == preference(member, step.microBatches().get(number).partition())) {
          chosen.add(number);
        }
      }
    }
    return chosen;
  }

  /** 0 primary, 1 backup, 2 when nobody who holds the partition can, 3 not this node's. */
  private int preference(Member member, int partition) {
    List<String> holders = owners.get(partition);
    int place = holders.indexOf(member.name);
    if (place >= 0) {
      return Math.min(place, 1);
    }
    for (String holder : holders) {
      Member other = members.get(holder);
      if (other != null && !other.failed) {
        return 3;
      }
    }
    return 2;
  }

  private <I extends Record, O extends Record> void send(
      Member member,
      Class<? extends GridFunction<I, O>> function,
      I input,
      java.util.function.Consumer<O> whenDone) {
    member.busy = true;
    grid.call(member.name, function, input)
        .whenComplete(
            (output, problem) ->
                events.add(
                    () -> {
                      member.busy = false;
                      if (problem == null) {
                        whenDone.accept(output);
                      } else {
                        drop(member, problem);
                      }
                    }));
  }

  private void accept(Member member, CollectSum.Sum collected) {
    Set<Integer> found = new HashSet<>();
    collected.outcomes().forEach(outcome -> found.add(outcome.id()));
    if (!found.equals(member.given) || found.size() != collected.outcomes().size()) {
      drop(
          member,
          new NeuroWeaverException(
              ErrorKind.UNAVAILABLE,
              "node %s was given micro-batches %s of step %d and summed up %s"
                  .formatted(member.name, member.given, step.number(), found)));
      return;
    }
    FixedPoint.add(sum, FixedPoint.sum(collected.sum()));
    for (GradientSum.Outcome outcome : collected.outcomes()) {
      outcomes[outcome.id()] = outcome;
      nodes[outcome.id()] = member.name;
    }
    accepted += found.size();
    member.begin();
  }

  /** What the node has computed and not handed over is computed again, by whoever can. */
  private void drop(Member member, Throwable problem) {
    Throwable cause =
        problem instanceof CompletionException && problem.getCause() != null
            ? problem.getCause()
            : problem;
    if (!(cause instanceof NeuroWeaverException failure)) {
      throw new NeuroWeaverException(
          ErrorKind.INTERNAL,
          "step %d failed on node %s: %s".formatted(step.number(), member.name, cause),
          Map.of("node", member.name),
          cause);
    }
    if (!failure.kind().retryable()) {
      throw failure;
    }
    lastFailure = failure;
    pending.addAll(member.given);
    member.begin();
    member.hasAdapter = false;
    member.failed = true;
  }

  /** Nobody is at work though work is left: takes back those who failed, once they are there. */
  private void waitForNodes() throws InterruptedException {
    ensureActive.run();
    List<GridNode> there = grid.nodes();
    owners.replaceAll((partition, before) -> grid.owners(partition));
    members.keySet().retainAll(there.stream().map(GridNode::name).toList());
    findMembers();
    if (members.isEmpty() || lastFailure != null) {
      patience.waitOrThrow(
          () ->
              new NeuroWeaverException(
                  ErrorKind.UNAVAILABLE,
                  "step %d cannot go on: no node of numerics profile %s does its work; there are %s"
                      .formatted(step.number(), numericsProfile, there),
                  Map.of("numerics_profile", numericsProfile),
                  lastFailure));
    }
  }

  /** Something that happened, applied by the thread that runs the step. */
  @FunctionalInterface
  private interface Event {
    void apply();
  }

  /** A node that takes part in this step. */
  private static final class Member {
    final String name;
    final int workers;

    /** Micro-batches that are in this attempt's sum, or on their way into it. */
    final Set<Integer> given = new TreeSet<>();

    int attempt;
    boolean hasAdapter;
    boolean busy;
    boolean failed;

    Member(String name, int workers) {
      this.name = name;
      this.workers = workers;
    }

    /** Begins an empty sum. */
    void begin() {
      given.clear();
      attempt++;
    }
  }
}
