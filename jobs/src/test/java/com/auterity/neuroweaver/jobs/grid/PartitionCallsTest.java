package com.auterity.neuroweaver.jobs.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PartitionCallsTest {
  private record Owned(List<GridNode> nodes, List<List<String>> of) implements Grid {
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
