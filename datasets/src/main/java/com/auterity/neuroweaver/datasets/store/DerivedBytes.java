package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * Bytes that were computed from one partition of a version and are kept beside it, on the same
 * node: an index. They can be computed again, so nothing is lost when they are missing or damaged,
 * and they are removed with the version. A version has room for {@link #SLOTS} kinds; one more
 * takes the place of another.
 */
public final class DerivedBytes {
  static final int SLOTS = 8;
  private static final int PIECE = 1 << 20;
  private static final int MOST_PIECES = 1 << 11;
  private static final int HASH = 32;
  private static final byte[] MARK = {1};

  private DerivedBytes() {}

  /** The version id under which the pieces lie: no other version has it. */
  private static String place(String versionId) {
    return versionId + "+derived";
  }

  private static String marks(String versionId) {
    return versionId + "+slots";
  }

  private static int slot(byte[] kind) {
    return Math.floorMod(kind[0], SLOTS);
  }

  /**
   * Keeps the bytes. Doing it again with the same bytes changes nothing.
   *
   * @param kind the SHA-256 of what the bytes depend on besides the version's rows
   */
  public static void put(
      ChunkStore store, Manifest version, int partition, byte[] kind, byte[] bytes) {
    int pieces = 1 + bytes.length / PIECE;
    if (pieces >= MOST_PIECES) {
      return;
    }
    int slot = slot(kind);
    // The mark first: what is removed with the version is found by it.
    store.put(new ChunkKey(version.tenant(), marks(version.versionId()), 0, slot), MARK);
    byte[] head =
        ByteBuffer.allocate(2 * HASH + 4)
            .put(kind)
            .put(Sha256.digest().digest(bytes))
            .putInt(bytes.length)
            .array();
    for (int i = 0; i < pieces; i++) {
      byte[] piece = Arrays.copyOfRange(bytes, i * PIECE, Math.min(bytes.length, (i + 1) * PIECE));
      store.put(key(version, partition, slot, 1 + i), piece);
    }
    store.put(key(version, partition, slot, 0), head);
  }

  /** What was kept, if it is there, whole, and of this kind. */
  public static Optional<byte[]> get(
      ChunkStore store, Manifest version, int partition, byte[] kind) {
    int slot = slot(kind);
    try {
      ByteBuffer head = ByteBuffer.wrap(store.get(key(version, partition, slot, 0)));
      byte[] found = new byte[HASH];
      byte[] hash = new byte[HASH];
      head.get(found).get(hash);
      if (!Arrays.equals(found, kind)) {
        return Optional.empty();
      }
      byte[] bytes = new byte[head.getInt()];
      int at = 0;
      for (int i = 0; i <= bytes.length / PIECE; i++) {
        byte[] piece = store.get(key(version, partition, slot, 1 + i));
        if (piece.length != Math.min(PIECE, bytes.length - at)) {
          return Optional.empty();
        }
        System.arraycopy(piece, 0, bytes, at, piece.length);
        at += piece.length;
      }
      return MessageDigest.isEqual(Sha256.digest().digest(bytes), hash)
          ? Optional.of(bytes)
          : Optional.empty();
    } catch (NeuroWeaverException e) {
      if (e.kind() == ErrorKind.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Removes all that was kept of a version; returns how many pieces there were. */
  static int remove(ChunkStore store, String tenant, String versionId, int partitions) {
    int removed = 0;
    for (int slot = 0; slot < SLOTS; slot++) {
      ChunkKey mark = new ChunkKey(tenant, marks(versionId), 0, slot);
      if (!store.contains(mark)) {
        continue;
      }
      for (int p = 0; p < partitions; p++) {
        removed +=
            ChunkVersions.removeFrom(store, tenant, place(versionId), p, slot * MOST_PIECES + 1, 0);
        store.remove(new ChunkKey(tenant, place(versionId), p, slot * MOST_PIECES));
      }
      store.remove(mark);
    }
    return removed;
  }

  private static ChunkKey key(Manifest version, int partition, int slot, int piece) {
    return new ChunkKey(
        version.tenant(), place(version.versionId()), partition, slot * MOST_PIECES + piece);
  }
}
