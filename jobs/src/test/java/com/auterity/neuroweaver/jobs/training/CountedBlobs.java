package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.store.BlobOutput;
import com.auterity.neuroweaver.datasets.store.BlobStore;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A blob store that knows how many blobs it keeps. */
final class CountedBlobs implements BlobStore {
  private final BlobStore store;
  private final Set<String> names = ConcurrentHashMap.newKeySet();

  CountedBlobs(BlobStore store) {
    this.store = store;
  }

  int kept() {
    return names.size();
  }

  @Override
  public String put(byte[] bytes) {
    String name = store.put(bytes);
    names.add(name);
    return name;
  }

  @Override
  public BlobOutput write(String address, long most) {
    names.add(address);
    return store.write(address, most);
  }

  @Override
  public byte[] get(String sha256) {
    return store.get(sha256);
  }

  @Override
  public boolean contains(String sha256) {
    return store.contains(sha256);
  }

  @Override
  public Path materialize(String sha256) {
    return store.materialize(sha256);
  }

  @Override
  public void remove(String sha256) {
    names.remove(sha256);
    store.remove(sha256);
  }

  @Override
  public void removeAll(String prefix) {
    names.removeIf(name -> name.startsWith(prefix));
    store.removeAll(prefix);
  }
}
