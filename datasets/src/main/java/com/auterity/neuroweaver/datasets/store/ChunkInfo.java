package com.auterity.neuroweaver.datasets.store;

/**
 * What the manifest says of one chunk. {@code sha256} is hex of the stored (compressed) bytes.
 *
 * @param storedIn the version id in the chunk's key; null for the manifest's own. Other versions
 *     share no chunk: this is the version whose place the manifest's took, see {@link
 *     VersionDisposal#replace}
 */
public record ChunkInfo(
    int partition, int sequence, long rows, long bytes, String sha256, String storedIn) {

  /** A chunk that lies under its own version's id. */
  public ChunkInfo(int partition, int sequence, long rows, long bytes, String sha256) {
    this(partition, sequence, rows, bytes, sha256, null);
  }

  /** What is wrong with bytes that should be this chunk's; null when nothing is. */
  public String problemOf(byte[] found) {
    if (found == null) {
      return "it is missing from the store";
    }
    if (found.length != bytes) {
      return "it has " + found.length + " bytes, the manifest says " + bytes;
    }
    String hash = Sha256.hex(found);
    return hash.equals(sha256) ? null : "its SHA-256 is " + hash + ", the manifest says " + sha256;
  }
}
