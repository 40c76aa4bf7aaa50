package com.auterity.neuroweaver.jobs.refinement.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MinHashTest {
  @Test
  void signaturesAreTheLowestValuesWhateverTheNumberOfPermutations() {
    SplittableRandom random = new SplittableRandom(5);
    for (int permutations : new int[] {1, 7, 16, 33, 126, 128}) {
      int[] hashes = random.ints(1 + random.nextInt(200)).toArray();
      MinHash hash = new MinHash(permutations, 1, 9);
      int[] signature = hash.sign(hashes, hashes.length).clone();
      assertEquals(permutations, signature.length);
      SplittableRandom drawn = new SplittableRandom(9);
      for (int lowest : signature) {
        int a = drawn.nextInt() | 1;
        int b = drawn.nextInt();
        assertEquals(Arrays.stream(hashes).map(x -> a * x + b).min().orElseThrow(), lowest);
      }
    }
  }

  @Test
  void bandsAreThoseOfTheLowestWeightedError() {
    // datasketch 1.6: MinHashLSH(threshold=0.5, num_perm=128, weights=(0.5, 0.5)) has 25 x 5.
    assertEquals(new Bands(25, 5), Bands.of(0.5, 128, 0.5));
    assertEquals(new Bands(9, 13), Bands.of(0.8, 128, 0.5));
    assertTrue(Bands.of(0.8, 128, 0.95).bands() > 9);
  }

  @Test
  void signaturesAgreeAsOftenAsSetsAreSimilar() {
    SplittableRandom random = new SplittableRandom(4);
    for (double similarity : new double[] {0.2, 0.5, 0.8}) {
      double sum = 0;
      int trials = 60;
      for (int t = 0; t < trials; t++) {
        MinHash hash = new MinHash(1, 512, t);
        int common = (int) Math.round(80 * similarity);
        int own = (80 - common) / 2;
        int[] one = random.ints(common + own).toArray();
        int[] two = Arrays.copyOf(one, one.length);
        for (int i = common; i < two.length; i++) {
          two[i] = random.nextInt();
        }
        int[] first = hash.sign(one, one.length).clone();
        int[] second = hash.sign(two, two.length);
        int same = 0;
        for (int k = 0; k < 512; k++) {
          same += first[k] == second[k] ? 1 : 0;
        }
        sum += same / 512.0 - (double) common / (common + 2 * own);
      }
      assertEquals(0, sum / trials, 0.015, "bias at " + similarity);
    }
  }
}
