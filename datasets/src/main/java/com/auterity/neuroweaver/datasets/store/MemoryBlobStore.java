package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Blobs in the heap of one process, materialized under a folder of its own. */
public final class MemoryBlobStore implements BlobStore {
  private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
  private final BlobFolder files;

  /**
   * @param folder made when the first blob is materialized
   */
  public MemoryBlobStore(Path folder) {
    this.files = new BlobFolder(folder);
  }

  @Override
  public String put(byte[] bytes) {
    String sha256 = Sha256.hex(bytes);
    blobs.putIfAbsent(sha256, bytes.clone());
    return sha256;
  }

  @Override
  public byte[] get(String sha256) {
    byte[] bytes = blobs.get(sha256);
    if (bytes == null) {
      throw NeuroWeaverException.notFound("there is no blob " + sha256);
    }
    return bytes.clone();
  }

  @Override
  public boolean contains(String sha256) {
    return blobs.containsKey(sha256);
  }

  @Override
  public BlobOutput write(String address, long most) {
    ByteArrayOutputStream pieces = new ByteArrayOutputStream();
    return new BlobOutput(
        address,
        new BlobOutput.Pieces() {
          @Override
          public void put(int number, byte[] piece) {
            pieces.writeBytes(piece);
          }

          @Override
          public void finish(BlobOutput.Written blob) {
            blobs.put(address, pieces.toByteArray());
          }

          @Override
          public void abandon() {
            blobs.remove(address);
          }
        },
        1 << 16,
        most);
  }

  @Override
  public Path materialize(String sha256) {
    byte[] bytes = get(sha256);
    return files.file(sha256, Sha256.hex(bytes), out -> out.write(bytes));
  }

  @Override
  public void remove(String sha256) {
    blobs.remove(sha256);
    files.remove(sha256);
  }

  @Override
  public void removeAll(String prefix) {
    List.copyOf(blobs.keySet()).stream()
        .filter(address -> address.startsWith(prefix))
        .forEach(this::remove);
  }
}
