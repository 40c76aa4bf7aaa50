package com.auterity.neuroweaver.jobs.grid;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * One call for each partition. Each node has a queue of its own, so that a slow one holds up no
 * other; one whose queue is empty takes the next of the longest queue that it holds too.
 */
final class CallsByNode<I extends Record, O extends Record>
    implements PartitionCalls.Calls<Integer, O> {
  /** One that runs and one that waits, for each worker. */
  private static final int FOR_EACH_WORKER = 2;

  private final Grid grid;
  private final Class<? extends GridFunction<I, O>> function;
  private final IntFunction<I> input;
  private final Map<String, ArrayDeque<Integer>> queues = new LinkedHashMap<>();
  private final Map<String, Integer> room = new HashMap<>();
  private final Map<Integer, String> startedOn = new HashMap<>();
  private final Map<Integer, Integer> places = new HashMap<>();

  /** As they were when somebody else's partition was first looked at. */
  private final Map<Integer, List<String>> owners = new HashMap<>();

  private int waiting;
  private long window = Integer.MAX_VALUE;
  private long delivered;

  CallsByNode(
      Grid grid,
      List<Integer> partitions,
      Class<? extends GridFunction<I, O>> function,
      IntFunction<I> input) {
    this.grid = grid;
    this.function = function;
    this.input = input;
    for (GridNode node : grid.nodes()) {
      queues.put(node.name(), new ArrayDeque<>());
      room.put(node.name(), FOR_EACH_WORKER * Math.max(1, node.workers()));
    }
    List<String> chosen =
        PartitionCalls.balanced(grid, partitions.isEmpty() ? 0 : 1 + Collections.max(partitions));
    for (int partition : partitions) {
      places.put(partition, places.size());
      String node = chosen.get(partition);
      // One that has just come may own partitions before it is listed.
      queues.computeIfAbsent(node, name -> new ArrayDeque<>()).add(partition);
      room.putIfAbsent(node, FOR_EACH_WORKER);
    }
    waiting = partitions.size();
  }

  /** From now on only the first so many that are not {@link #delivered} may start. */
  void window(int calls) {
    window = calls;
  }

  /** The next in order has been taken. */
  void delivered() {
    delivered++;
  }

  @Override
  public boolean isEmpty() {
    return waiting == 0;
  }

  @Override
  public PartitionCalls.Started<Integer, O> startOne(int running) {
    for (String node : queues.keySet()) {
      Integer partition = room.get(node) > 0 ? next(node) : null;
      if (partition != null) {
        waiting--;
        room.merge(node, -1, Integer::sum);
        startedOn.put(partition, node);
        return new PartitionCalls.Started<>(
            partition, grid.callOwner(partition, node, function, input.apply(partition)));
      }
    }
    return null;
  }

  private Integer next(String node) {
    ArrayDeque<Integer> own = queues.get(node);
    if (!own.isEmpty()) {
      return mayStart(own.peek()) ? own.poll() : null;
    }
    ArrayDeque<Integer> longest = null;
    Integer taken = null;
    for (ArrayDeque<Integer> queue : queues.values()) {
      if (longest == null || queue.size() > longest.size()) {
        Integer first = firstOf(queue, node);
        if (first != null) {
          longest = queue;
          taken = first;
        }
      }
    }
    if (taken != null) {
      longest.remove(taken);
    }
    return taken;
  }

  private Integer firstOf(ArrayDeque<Integer> queue, String node) {
    for (Integer partition : queue) {
      if (mayStart(partition) && owners.computeIfAbsent(partition, grid::owners).contains(node)) {
        return partition;
      }
    }
    return null;
  }

  private boolean mayStart(Integer partition) {
    return places.get(partition) < delivered + window;
  }

  @Override
  public void ended(Integer partition) {
    room.merge(startedOn.remove(partition), 1, Integer::sum);
  }
}
