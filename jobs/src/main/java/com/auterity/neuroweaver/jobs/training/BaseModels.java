package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The base models a node computes with, by content hash and weight format; those nobody uses are
 * let go, least recently used first, beyond two. Thread-safe.
 */
public final class BaseModels implements AutoCloseable {
  private static final int MAX_IDLE = 2;

  // Guarded by this; least recently used first.
  private final Map<Key, Entry> entries = new LinkedHashMap<>(8, 0.75f, true);
  private boolean closed;

  public static BaseModels on(NodeContext node) {
    return node.shared(BaseModels.class, BaseModels::new);
  }

  /** As below, with weights in full precision. */
  public <T> T use(String nameOrPath, String sha256, Work<T> work) throws Exception {
    return use(nameOrPath, sha256, WeightFormat.FULL, work);
  }

  /**
   * Runs the work with the model, which stays in memory meanwhile.
   *
   * @throws NeuroWeaverException CONFLICT when this node's folder holds other files than {@code
   *     sha256} says
   */
  public <T> T use(String nameOrPath, String sha256, WeightFormat format, Work<T> work)
      throws Exception {
    Entry entry = acquire(nameOrPath, new Key(sha256, format));
    try {
      return work.with(entry.model);
    } finally {
      release(entry);
    }
  }

  private synchronized Entry acquire(String nameOrPath, Key key) {
    if (closed) {
      throw new NeuroWeaverException(ErrorKind.UNAVAILABLE, "this node is stopping");
    }
    Entry entry = entries.get(key);
    if (entry == null) {
      entry = new Entry(new BaseModel(folder(nameOrPath, key.sha256()), key.format()));
      entries.put(key, entry);
    }
    entry.users++;
    return entry;
  }

  /** Hashing a large model's files takes seconds, so a folder that is open serves all formats. */
  private ModelFolder folder(String nameOrPath, String sha256) {
    for (Map.Entry<Key, Entry> known : entries.entrySet()) {
      if (known.getKey().sha256().equals(sha256)) {
        return known.getValue().model.folder();
      }
    }
    Path path = ModelFolder.resolve(nameOrPath);
    ModelFolder folder = ModelFolder.open(path);
    if (!folder.sha256().equals(sha256)) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          ("base model %s in %s hashes to %s on this node, but the job computes with %s; bring"
                  + " the same folder to every node")
              .formatted(nameOrPath, path, folder.sha256(), sha256),
          Map.of("base_model", nameOrPath, "found", folder.sha256(), "expected", sha256));
    }
    return folder;
  }

  private synchronized void release(Entry released) {
    released.users--;
    long idle = entries.values().stream().filter(entry -> entry.users == 0).count();
    Iterator<Entry> oldestFirst = entries.values().iterator();
    while ((closed || idle > MAX_IDLE) && oldestFirst.hasNext()) {
      Entry entry = oldestFirst.next();
      if (entry.users == 0) {
        oldestFirst.remove();
        entry.model.close();
        idle--;
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    entries
        .values()
        .removeIf(
            entry -> {
              if (entry.users == 0) {
                entry.model.close();
              }
              return entry.users == 0;
            });
  }

  /** Work with a model. */
  @FunctionalInterface
  public interface Work<T> {
    T with(BaseModel model) throws Exception;
  }

  private record Key(String sha256, WeightFormat format) {}

  private static final class Entry {
    final BaseModel model;
    int users;

    Entry(BaseModel model) {
      this.model = model;
    }
  }
}
