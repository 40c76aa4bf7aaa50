package com.auterity.neuroweaver.datasets.store;

import java.util.List;

/**
 * How committed versions end. Either way the manifest goes first, by one compare-and-set, and the
 * chunks after it: a reader sees the whole version or none of it. What happened stays in
 * DATASET_DISPOSAL.
 */
public interface VersionDisposal {
  /** Every live version of every dataset. */
  List<Manifest> live(String tenant);

  /** Versions that are no more, or about to be. */
  List<DatasetDisposalRow> disposals(String tenant);

  /**
   * Ends a version; its number is never given out again. Ending it again is no error.
   *
   * @param detail in words, for people: which rule
   * @return whether it is gone; false when another version has taken its number meanwhile
   */
  boolean retire(Manifest version, String detail, String jobId);

  /** A new id for what will {@link #replace} the version; the same for the same job and version. */
  String reserveReplacement(Manifest version, String jobId);

  /**
   * Puts a version in the place, and under the number, of another. Its chunks may lie under the
   * other's id ({@link ChunkInfo#storedIn}). Doing it again is no error.
   *
   * @return whether it is done; false when the version is not there any more
   */
  boolean replace(Manifest version, Manifest next, String detail, String jobId);

  /** Removes the chunks of versions that are gone; returns how many it removed. */
  int removeChunks(String tenant, ChunkStore chunks);
}
