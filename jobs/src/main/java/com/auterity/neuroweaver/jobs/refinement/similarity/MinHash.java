package com.auterity.neuroweaver.jobs.refinement.similarity;

import java.util.SplittableRandom;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * MinHash signatures (Broder 1997) of sets of 32-bit hashes, and their band keys
 * (locality-sensitive hashing): two sets of Jaccard similarity s share the key of at least one band
 * with probability {@code 1 - (1 - s^rows)^bands}. Permutations are x -> a x + b modulo 2^32 with a
 * odd; their inputs are mixed well before.
 */
public final class MinHash {
  private static final VectorSpecies<Integer> LANES = IntVector.SPECIES_PREFERRED;

  private final int bands;
  private final int rows;

  /** Of each permutation, then some more to fill the last vector. */
  private final int[] a;

  private final int[] b;
  private final int[] lowest;

  /** Position k is the lowest value of permutation k over the set. */
  private final int[] signature;

  public MinHash(int bands, int rows, long seed) {
    this.bands = bands;
    this.rows = rows;
    int permutations = bands * rows;
    int padded = (permutations + LANES.length() - 1) / LANES.length() * LANES.length();
    a = new int[padded];
    b = new int[padded];
    lowest = new int[padded];
    signature = new int[permutations];
    SplittableRandom random = new SplittableRandom(seed);
    for (int k = 0; k < permutations; k++) {
      a[k] = random.nextInt() | 1;
      b[k] = random.nextInt();
    }
  }

  /** The signature of the first {@code count} hashes; overwritten by the next. */
  public int[] sign(int[] hashes, int count) {
    lowest(a, b, hashes, count, lowest);
    System.arraycopy(lowest, 0, signature, 0, signature.length);
    return signature;
  }

  /** As many permutations at once as a vector has lanes: all but the hash stays in registers. */
  private static void lowest(int[] a, int[] b, int[] hashes, int count, int[] into) {
    for (int k = 0; k < into.length; k += LANES.length()) {
      IntVector factor = IntVector.fromArray(LANES, a, k);
      IntVector summand = IntVector.fromArray(LANES, b, k);
      IntVector low = IntVector.broadcast(LANES, Integer.MAX_VALUE);
      for (int i = 0; i < count; i++) {
        low = low.min(factor.mul(IntVector.broadcast(LANES, hashes[i])).add(summand));
      }
      low.intoArray(into, k);
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
