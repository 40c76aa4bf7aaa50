package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.jobs.refinement.similarity.Shingler;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** Seeded chance that depends on a row's ordinal alone, whichever node draws and whenever. */
final class Draws {
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private Draws() {}

  static SplittableRandom of(long seed, long ordinal, long use) {
    return new SplittableRandom(hash(seed, ordinal, use));
  }

  /** Whether a row is among a share of all, 0 to 1; the chosen of a lower share stay chosen. */
  static boolean chosen(long seed, long ordinal, double share) {
    return (hash(seed, ordinal, -1) >>> 11) * 0x1.0p-53 < share;
  }

  static long hash(long seed, long ordinal, long use) {
    long hash = Shingler.mixed(seed + STEP);
    hash = Shingler.mixed((hash ^ ordinal) + STEP);
    return Shingler.mixed((hash ^ use) + STEP);
  }

  static long hash(long seed, String text) {
    long hash = Shingler.mixed(seed + STEP);
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = Shingler.mixed((hash ^ b) + STEP);
    }
    return hash;
  }
}
