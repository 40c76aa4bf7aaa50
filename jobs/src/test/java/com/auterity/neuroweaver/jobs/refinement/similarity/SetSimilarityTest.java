package com.auterity.neuroweaver.jobs.refinement.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SetSimilarityTest {
  private final SplittableRandom random = new SplittableRandom(17);

  /** Different numbers, in any order. */
  private int[] drawn(int count, int bound) {
    Set<Integer> drawn = new HashSet<>();
    while (drawn.size() < count) {
      drawn.add(random.nextInt(bound) * 0x9E3779B1);
    }
    return drawn.stream().mapToInt(i -> i).toArray();
  }

  private static Set<Integer> set(int[] hashes) {
    Set<Integer> set = new HashSet<>();
    Arrays.stream(hashes).forEach(set::add);
    return set;
  }

  private static double jaccard(Set<Integer> one, Set<Integer> two) {
    long both = one.stream().filter(two::contains).count();
    return (double) both / (one.size() + two.size() - both);
  }

  @Test
  void isThatOfTheSets() {
    SetSimilarity similarity = new SetSimilarity();
    for (int turn = 0; turn < 2_000; turn++) {
      int bound = 1 + random.nextInt(turn % 50 == 0 ? 4_000 : 80);
      int[] one = drawn(1 + random.nextInt(bound), bound);
      for (int i = 0; i < 3; i++) {
        int[] two = i == 2 ? one : drawn(1 + random.nextInt(bound), bound);
        double expected = jaccard(set(one), set(two));
        assertEquals(expected, similarity.jaccard(one, false, two, false));
        assertEquals(expected, similarity.jaccard(two, false, one, false));
      }
    }
  }

  @Test
  void ofCutSetsIsThatOfTheirLowestPart() {
    SetSimilarity similarity = new SetSimilarity();
    for (int turn = 0; turn < 300; turn++) {
      int[] one = drawn(60, 100);
      int[] two = drawn(1 + random.nextInt(80), 100);
      int[] lowest = Arrays.stream(one).sorted().limit(30).toArray();
      // The lowest 30 of the union, if the other set reaches that far, else what is known of it.
      TreeSet<Integer> union = new TreeSet<>(set(two));
      union.removeIf(each -> each > lowest[29]);
      Set<Integer> below = Set.copyOf(union);
      assertEquals(jaccard(set(lowest), below), similarity.jaccard(lowest, true, two, false));
      assertEquals(jaccard(set(lowest), below), similarity.jaccard(two, false, lowest, true));
    }
  }

  @Test
  void setsOfAPartitionAreGivenAsTheyWereTaken() {
    int[] words = {3, 0, 40, 9_000, 5, 20_000, 1, 100};
    Shingler shingler = new Shingler(true, 2, false);
    ShingleSets sets = new ShingleSets(words.length);
    int[][] expected = new int[words.length][];
    for (int row = 0; row < words.length; row++) {
      shingler.begin();
      IntStream.range(0, words[row]).forEach(i -> shingler.add("word" + i));
      int size = shingler.end();
      sets.add(shingler, size);
      int[] all = Arrays.copyOf(shingler.hashes(), size);
      expected[row] =
          size > ShingleSets.LARGEST
              ? Arrays.stream(all).sorted().limit(ShingleSets.LARGEST).toArray()
              : all;
    }
    int[] positions = {0, 1, 3, 5, 7};
    IntBuffer in = ByteBuffer.wrap(sets.bytes(positions)).asIntBuffer();
    for (int position : positions) {
      int[] set = new int[in.get()];
      in.get(set);
      assertEquals(set(expected[position]), set(set));
      assertEquals(expected[position].length, set.length);
    }
    assertEquals(0, in.remaining());
  }

  @Test
  void pairsOfSeveralThreadsAreEachGivenOnce() {
    RowPairs whole = new RowPairs();
    RowPairs[] parts = {new RowPairs(), new RowPairs(), new RowPairs()};
    for (int i = 0; i < 20_000; i++) {
      int one = random.nextInt(200);
      int two = one + 1 + random.nextInt(200);
      whole.add(one, two);
      parts[random.nextInt(3)].add(two, one);
    }
    long[][] taken = Arrays.stream(parts).map(RowPairs::take).toArray(long[][]::new);
    assertEquals(Arrays.toString(whole.take()), Arrays.toString(RowPairs.union(taken)));
    assertEquals(0, parts[0].take().length);
  }
}
