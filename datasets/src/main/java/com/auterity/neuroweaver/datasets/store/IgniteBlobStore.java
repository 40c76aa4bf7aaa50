package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.apache.ignite.IgniteCache;

/**
 * Blobs in a persistent Ignite cache, cut into pieces of at most 1 MiB. Key {@code sha} holds the
 * length and is written last: a blob is there exactly when it is; {@code sha/n} holds piece n.
 */
public final class IgniteBlobStore implements BlobStore {
  public static final String CACHE = "NW_BLOB";
  static final int PIECE = 1 << 20;

  private final IgniteCache<String, byte[]> cache;
  private final BlobFolder files;

  /**
   * @param folder where this node materializes blobs
   */
  public IgniteBlobStore(IgniteCache<String, byte[]> cache, Path folder) {
    this.cache = cache;
    this.files = new BlobFolder(folder);
  }

  @Override
  public String put(byte[] bytes) {
    String sha256 = Sha256.hex(bytes);
    if (!contains(sha256)) {
      GridAccess.to("blob " + sha256, () -> write(sha256, bytes));
    }
    return sha256;
  }

  @Override
  public byte[] get(String sha256) {
    return GridAccess.to("blob " + sha256, () -> read(sha256));
  }

  @Override
  public boolean contains(String sha256) {
    return GridAccess.to("blob " + sha256, () -> cache.containsKey(sha256));
  }

  @Override
  public Path materialize(String sha256) {
    if (!contains(sha256)) {
      throw NeuroWeaverException.notFound("there is no blob " + sha256);
    }
    return files.file(sha256, () -> get(sha256));
  }

  @Override
  public void remove(String sha256) {
    GridAccess.to("blob " + sha256, () -> erase(sha256));
    files.remove(sha256);
  }

  private void write(String sha256, byte[] bytes) {
    for (int from = 0, piece = 0; from < bytes.length; from += PIECE, piece++) {
      cache.put(
          key(sha256, piece),
          Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + PIECE)));
    }
    cache.put(sha256, ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).array());
  }

  private byte[] read(String sha256) {
    byte[] head = cache.get(sha256);
    if (head == null) {
      throw NeuroWeaverException.notFound("there is no blob " + sha256);
    }
    byte[] bytes = new byte[Math.toIntExact(ByteBuffer.wrap(head).getLong())];
    for (int from = 0, piece = 0; from < bytes.length; from += PIECE, piece++) {
      byte[] part = cache.get(key(sha256, piece));
      int length = Math.min(PIECE, bytes.length - from);
      if (part == null || part.length != length) {
        throw damaged(sha256, "piece " + piece + (part == null ? " is missing" : " is cut off"));
      }
      System.arraycopy(part, 0, bytes, from, length);
    }
    String found = Sha256.hex(bytes);
    if (!found.equals(sha256)) {
      throw damaged(sha256, "its bytes hash to " + found);
    }
    return bytes;
  }

  private void erase(String sha256) {
    byte[] head = cache.getAndRemove(sha256);
    if (head != null) {
      long length = ByteBuffer.wrap(head).getLong();
      for (int piece = 0; (long) piece * PIECE < length; piece++) {
        cache.remove(key(sha256, piece));
      }
    }
  }

  private static String key(String sha256, int piece) {
    return sha256 + "/" + piece;
  }

  private static NeuroWeaverException damaged(String sha256, String why) {
    return new NeuroWeaverException(
        ErrorKind.CORRUPT, "blob " + sha256 + " is damaged: " + why, Map.of("blob", sha256));
  }
}
