package com.auterity.neuroweaver.jobs.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartitionCallsTest {
  /** Calls end when the test says so. */
  private record Owned(
      List<GridNode> nodes, List<List<String>> of, Map<String, List<UnderWay>> underWay)
      implements Grid {
    Owned(List<GridNode> nodes, List<List<String>> of) {
      this(nodes, of, new HashMap<>());
    }

    @Override
    public List<String> owners(int partition) {
      return of.get(partition);
    }

    @Override
    public <I extends Record, O extends Record> CompletableFuture<O> call(
        String node, Class<? extends GridFunction<I, O>> function, I input) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <I extends Record, O extends Record> CompletableFuture<O> callOwner(
        int partition, Class<? extends GridFunction<I, O>> function, I input) {
      throw new UnsupportedOperationException();
    }

    @Override
    @SuppressWarnings("unchecked")
    public <I extends Record, O extends Record> CompletableFuture<O> callOwner(
        int partition, String first, Class<? extends GridFunction<I, O>> function, I input) {
      CompletableFuture<Number> output = new CompletableFuture<>();
      underWay
          .computeIfAbsent(first, node -> new ArrayList<>())
          .add(new UnderWay(partition, output));
      return (CompletableFuture<O>) output;
    }

    /** Ends the oldest call of a node; whether there was one. */
    boolean end(String node) {
      List<UnderWay> calls = underWay.getOrDefault(node, List.of());
      if (calls.isEmpty()) {
        return false;
      }
      UnderWay oldest = calls.remove(0);
      oldest.output().complete(new Number(oldest.partition()));
      return true;
    }
  }

  private record UnderWay(int partition, CompletableFuture<Number> output) {}

  private record Number(int of) {}

  private abstract static class Ask implements GridFunction<Number, Number> {}

  private static CallsByNode<Number, Number> calls(Owned grid, int partitions) {
    return new CallsByNode<>(
        grid, IntStream.range(0, partitions).boxed().toList(), Ask.class, Number::new);
  }

  private static int startAll(CallsByNode<Number, Number> calls, List<Integer> running) {
    int started = 0;
    for (var one = calls.startOne(0); one != null; one = calls.startOne(0)) {
      running.add(one.task());
      started++;
    }
    return started;
  }

  @Test
  void aNodeThatHasNothingLeftTakesWhatASlowOneHasNotBegun() {
    List<GridNode> nodes = List.of(new GridNode("slow", "", 1), new GridNode("quick", "", 1));
    Owned grid = new Owned(nodes, Collections.nCopies(16, List.of("slow", "quick")));
    CallsByNode<Number, Number> calls = calls(grid, 16);
    List<Integer> started = new ArrayList<>();
    assertEquals(4, startAll(calls, started), "two for each worker");
    int byQuick = 0;
    while (!grid.underWay().get("quick").isEmpty()) {
      int partition = grid.underWay().get("quick").get(0).partition();
      grid.end("quick");
      calls.ended(partition);
      byQuick++;
      startAll(calls, started);
    }
    assertEquals(14, byQuick, "all but the two that the slow one has");
    assertEquals(16, new HashSet<>(started).size());
    assertTrue(calls.isEmpty());
  }

  @Test
  void nothingIsTakenByANodeThatDoesNotHoldIt() {
    List<GridNode> nodes = List.of(new GridNode("a", "", 1), new GridNode("b", "", 1));
    Owned grid = new Owned(nodes, Collections.nCopies(5, List.of("a")));
    CallsByNode<Number, Number> calls = calls(grid, 5);
    assertEquals(2, startAll(calls, new ArrayList<>()));
    assertFalse(grid.end("b"));
  }

  @Test
  void outputsComeInOrderAndNoMoreThanTheWindowIsAhead() {
    Random random = new Random(3);
    for (int round = 0; round < 50; round++) {
      int workers = 1 + random.nextInt(4);
      List<GridNode> nodes =
          List.of(new GridNode("a", "", workers), new GridNode("b", "", workers));
      List<List<String>> owners = new ArrayList<>();
      for (int p = 0; p < 60; p++) {
        owners.add(
            List.of(List.of("a", "b"), List.of("b", "a"), List.of("a")).get(random.nextInt(3)));
      }
      Owned grid = new Owned(nodes, owners);
      CallsByNode<Number, Number> calls = calls(grid, 60);
      calls.window(5);
      List<Integer> started = new ArrayList<>();
      Set<Integer> ended = new HashSet<>();
      int delivered = 0;
      while (delivered < 60) {
        startAll(calls, started);
        assertTrue(Collections.max(started) < delivered + 5);
        List<UnderWay> some =
            grid.underWay().values().stream()
                .filter(list -> !list.isEmpty())
                .skip(random.nextInt(2))
                .findFirst()
                .orElseGet(
                    () ->
                        grid.underWay().values().stream()
                            .filter(list -> !list.isEmpty())
                            .findFirst()
                            .orElseThrow());
        int partition = some.remove(random.nextInt(some.size())).partition();
        calls.ended(partition);
        ended.add(partition);
        while (ended.contains(delivered)) {
          delivered++;
          calls.delivered();
        }
      }
      assertEquals(60, new HashSet<>(started).size());
    }
  }

  @Test
  void twoNodesThatHoldEverythingShareItEvenlyWhateverThePrimaries() {
    List<GridNode> nodes = List.of(new GridNode("a", "", 1), new GridNode("b", "", 1));
    Random random = new Random(1);
    for (int round = 0; round < 100; round++) {
      List<List<String>> owners = new ArrayList<>();
      for (int p = 0; p < 16; p++) {
        owners.add(random.nextInt(3) == 0 ? List.of("a", "b") : List.of("b", "a"));
      }
      List<String> chosen = PartitionCalls.balanced(new Owned(nodes, owners), 16);
      assertEquals(8, Collections.frequency(chosen, "a"));
      assertEquals(chosen.subList(0, 5), PartitionCalls.balanced(new Owned(nodes, owners), 5));
    }
  }

  @Test
  void aNodeIsAskedForWhatItHoldsAndByItsWorkers() {
    List<GridNode> nodes =
        List.of(new GridNode("a", "", 3), new GridNode("b", "", 1), new GridNode("c", "", 1));
    List<List<String>> owners = new ArrayList<>();
    for (int p = 0; p < 40; p++) {
      owners.add(p % 10 == 0 ? List.of("c") : List.of("b", "a"));
    }
    List<String> chosen = PartitionCalls.balanced(new Owned(nodes, owners), 40);
    for (int p = 0; p < 40; p++) {
      assertTrue(owners.get(p).contains(chosen.get(p)), "partition " + p);
    }
    assertEquals(4, Collections.frequency(chosen, "c"));
    assertEquals(27, Collections.frequency(chosen, "a"));
  }
}
