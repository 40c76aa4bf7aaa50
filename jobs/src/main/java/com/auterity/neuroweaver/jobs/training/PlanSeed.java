package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Where all chance in a training comes from: the seed and the chunks' partition, sequence, rows and
 * checksum. Ids, names, times and placement have no way in.
 */
final class PlanSeed {
  private final byte[] root;

  private PlanSeed(byte[] root) {
    this.root = root;
  }

  static PlanSeed of(long seed, List<ChunkInfo> chunks) {
    MessageDigest digest = sha256();
    digest.update(ByteBuffer.allocate(8).putLong(0, seed));
    for (ChunkInfo chunk : chunks) {
      digest.update(
          ByteBuffer.allocate(16)
              .putInt(chunk.partition())
              .putInt(chunk.sequence())
              .putLong(chunk.rows())
              .flip());
      digest.update(chunk.sha256().getBytes(StandardCharsets.US_ASCII));
    }
    return new PlanSeed(digest.digest());
  }

  /** A seed for one use, told apart by numbers. */
  long derive(String use, long... numbers) {
    MessageDigest digest = sha256();
    digest.update(root);
    digest.update(use.getBytes(StandardCharsets.US_ASCII));
    for (long number : numbers) {
      digest.update(ByteBuffer.allocate(8).putLong(0, number));
    }
    return ByteBuffer.wrap(digest.digest()).getLong();
  }

  /** 0 .. n - 1 in a seeded order: Fisher and Yates over SplitMix64, so the same on every JDK. */
  static int[] shuffled(int n, long seed) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    long state = seed;
    for (int i = n - 1; i > 0; i--) {
      state += 0x9E3779B97F4A7C15L;
      long z = state;
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      z ^= z >>> 31;
      int j = (int) Math.floorMod(z, (long) i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
