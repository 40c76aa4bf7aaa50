package com.auterity.neuroweaver.datasets.store;

import java.nio.file.Path;

/** Content-addressed bytes (models, adapters, checkpoints, reports) kept on the grid. */
public interface BlobStore {
  /** Stores the bytes once; returns their SHA-256 in hex. */
  String put(byte[] bytes);

  /**
   * Begins a blob whose bytes come one after the other, under an address of its own instead of its
   * SHA-256: nobody shares it, so who made it may remove it. The address is taken wherever a
   * SHA-256 is.
   *
   * @param address letters, digits, '_' and '-', never used before
   * @param most so many bytes are taken
   */
  BlobOutput write(String address, long most);

  /** The bytes, verified; NOT_FOUND when there are none. */
  byte[] get(String sha256);

  boolean contains(String sha256);

  /** A read-only file under the node's work folder with these bytes, written once. */
  Path materialize(String sha256);

  void remove(String sha256);

  /**
   * Removes the blobs whose own address begins so. Looks at every blob there is, so it is for what
   * happens rarely; one cut short can be done again.
   */
  void removeAll(String prefix);
}
