package com.auterity.neuroweaver.jobs.refinement;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * MinHash signatures (Broder 1997) of sets of 32-bit hashes, and their band keys
 * (locality-sensitive hashing): two sets of Jaccard similarity s share the key of at least one band
 * with probability {@code 1 - (1 - s^rows)^bands}. Permutations are x -> a x + b modulo 2^32 with a
 * odd; their inputs are mixed well before.
 */
final class MinHash {
  private final int bands;
  private final int rows;
  private final int[] a;
  private final int[] b;

  /** Position k is the lowest value of permutation k over the set. */
  private final int[] signature;

  MinHash(int bands, int rows, long seed) {
    this.bands = bands;
    this.rows = rows;
    int permutations = bands * rows;
    a = new int[permutations];
    b = new int[permutations];
    signature = new int[permutations];
    SplittableRandom random = new SplittableRandom(seed);
    for (int k = 0; k < permutations; k++) {
      a[k] = random.nextInt() | 1;
      b[k] = random.nextInt();
    }
  }

  /** The signature of the first {@code count} hashes; overwritten by the next. */
  int[] sign(int[] hashes, int count) {
    int[] lowest = signature;
    Arrays.fill(lowest, Integer.MAX_VALUE);
    for (int i = 0; i < count; i++) {
      step(lowest, a, b, hashes[i]);
    }
    return lowest;
  }

  /** A loop that C2 turns into vector instructions. */
  private static void step(int[] lowest, int[] a, int[] b, int hash) {
    for (int k = 0; k < lowest.length; k++) {
      lowest[k] = Math.min(lowest[k], a[k] * hash + b[k]);
    }
  }

  int bands() {
    return bands;
  }

  /** The key of a band of the last signature. */
  int key(int band) {
    long hash = band;
    for (int k = band * rows; k < (band + 1) * rows; k++) {
      hash = (hash ^ signature[k]) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
    }
    return (int) (Shingler.mixed(hash) >>> 32);
  }
}
