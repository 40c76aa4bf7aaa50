package com.auterity.neuroweaver.jobs.refinement.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DisjointSetsTest {
  @Test
  void theRootIsTheLowestNumberOfAllThatWereJoined() {
    SplittableRandom random = new SplittableRandom(31);
    for (int turn = 0; turn < 200; turn++) {
      int size = 1 + random.nextInt(60);
      DisjointSets sets = new DisjointSets(size);
      int[] lowest = new int[200];
      Arrays.setAll(lowest, i -> i);
      for (int step = 0; step < 80; step++) {
        if (size < 150 && random.nextInt(10) == 0) {
          size += random.nextInt(40);
          sets.grow(size);
        }
        int one = random.nextInt(size);
        int two = random.nextInt(size);
        sets.join(one, two);
        int from = Math.max(lowest[one], lowest[two]);
        int to = Math.min(lowest[one], lowest[two]);
        Arrays.setAll(lowest, i -> lowest[i] == from ? to : lowest[i]);
        if (random.nextInt(20) == 0) {
          sets.flatten();
        }
        for (int i = 0; i < size; i++) {
          assertEquals(lowest[i], sets.root(i));
        }
      }
    }
  }
}
