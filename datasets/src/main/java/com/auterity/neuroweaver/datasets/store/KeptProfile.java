package com.auterity.neuroweaver.datasets.store;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The profiles of a committed version's partitions, kept beside its chunks and removed with them
 * ({@link DerivedBytes}). A version never changes, so neither does its profile.
 */
public final class KeptProfile {
  /** Another number for another content: what an older build kept is then taken again. */
  private static final byte[] KIND =
      Sha256.digest().digest("profile 2".getBytes(StandardCharsets.UTF_8));

  private KeptProfile() {}

  public static Optional<DatasetProfile> get(ChunkStore store, Manifest version, int partition) {
    return DerivedBytes.get(store, version, partition, KIND)
        .map(DatasetProfile::ofBytes)
        .filter(profile -> profile.rows() == rows(version, partition));
  }

  public static void put(
      ChunkStore store, Manifest version, int partition, DatasetProfile profile) {
    DerivedBytes.put(store, version, partition, KIND, profile.toBytes());
  }

  private static long rows(Manifest version, int partition) {
    return version.chunksOf(partition).stream().mapToLong(ChunkInfo::rows).sum();
  }
}
