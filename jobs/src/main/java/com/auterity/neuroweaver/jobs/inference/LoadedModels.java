package com.auterity.neuroweaver.jobs.inference;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.ModelLoad;
import com.auterity.neuroweaver.jobs.model.ModelWeights;
import com.auterity.neuroweaver.jobs.model.PeftAdapter;
import com.auterity.neuroweaver.jobs.tensor.Device;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import com.auterity.neuroweaver.jobs.training.PromptFormat;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * The models in this node's memory, loaded from the base model's folder and the adapter's blobs
 * when first asked for, and let go least recently used when there are too many. Thread-safe.
 */
public final class LoadedModels implements AutoCloseable {
  private static final int MAX_IDLE = 4;
  private static final int MAX_BATCH = 16;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BlobStore blobs;
  private final Supplier<Device> device;

  // Guarded by this; least recently used first.
  private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private boolean closed;

  public LoadedModels(BlobStore blobs, Supplier<Device> device) {
    this.blobs = blobs;
    this.device = device;
  }

  /** The models of a node. */
  public static LoadedModels on(NodeContext node) {
    return node.shared(LoadedModels.class, () -> new LoadedModels(node.blobs(), Devices::best));
  }

  /** A model that stays in memory until the lease is closed. Waits while another loads it. */
  public Lease acquire(ServedModel served) {
    Entry entry;
    boolean first = false;
    synchronized (this) {
      if (closed) {
        throw new NeuroWeaverException(ErrorKind.UNAVAILABLE, "this node is stopping");
      }
      entry = entries.get(served.versionId());
      if (entry == null) {
        entry = new Entry();
        entries.put(served.versionId(), entry);
        first = true;
      }
      entry.leases++;
    }
    if (first) {
      try {
        entry.model.complete(load(served));
      } catch (RuntimeException | Error e) {
        synchronized (this) {
          entries.remove(served.versionId(), entry);
        }
        entry.model.completeExceptionally(e);
        throw e;
      }
      evict();
    }
    try {
      return new Lease(entry, entry.model.join());
    } catch (CompletionException e) {
      // The one that loaded failed; its exception serves all who waited.
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  private LoadedModel load(ServedModel served) {
    ModelFolder folder = ModelFolder.open(ModelFolder.resolve(served.baseModel()));
    if (!folder.sha256().equals(served.baseModelSha256())) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "base model "
              + served.baseModel()
              + " in "
              + folder.path()
              + " has SHA-256 "
              + folder.sha256()
              + ", but "
              + served.label()
              + " was made from "
              + served.baseModelSha256()
              + "; bring the same folder to this node",
          Map.of("found", folder.sha256(), "expected", served.baseModelSha256()));
    }
    LoraAdapter adapter = null;
    if (served.adapterBlob() != null) {
      adapter =
          PeftAdapter.of(
              blobs.get(served.adapterBlob()),
              blobs.get(served.adapterConfigBlob()),
              folder.config());
    }
    PromptFormat format;
    try {
      format = PromptFormat.of(JSON.readValue(served.promptConfiguration(), ObjectNode.class));
    } catch (JsonProcessingException e) {
      throw new NeuroWeaverException(
          ErrorKind.CORRUPT,
          "configuration of " + served.label() + " is no JSON object",
          Map.of(),
          e);
    }
    ModelWeights weights = folder.weights();
    LlamaModel model =
        LlamaModel.of(
            adapter == null ? weights : weights.merged(adapter),
            new ModelLoad(WeightFormat.FULL, true),
            device.get());
    return new LoadedModel(
        served, folder, format, model, new GenerationEngine(model, null, MAX_BATCH));
  }

  /** Lets go of the least recently used models that nobody holds, beyond {@link #MAX_IDLE}. */
  private synchronized void evict() {
    long idle = entries.values().stream().filter(e -> e.leases == 0).count();
    var iterator = entries.values().iterator();
    while (idle > MAX_IDLE && iterator.hasNext()) {
      Entry entry = iterator.next();
      if (entry.leases == 0) {
        iterator.remove();
        entry.model.join().close();
        idle--;
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    for (var iterator = entries.values().iterator(); iterator.hasNext(); ) {
      Entry entry = iterator.next();
      if (entry.leases == 0) {
        iterator.remove();
        entry.model.join().close();
      }
    }
  }

  private static final class Entry {
    final CompletableFuture<LoadedModel> model = new CompletableFuture<>();
    int leases;
  }

  /** Holds a model in memory. */
  public final class Lease implements AutoCloseable {
    private final Entry entry;
    private final LoadedModel model;
    private boolean released;

    private Lease(Entry entry, LoadedModel model) {
      this.entry = entry;
      this.model = model;
    }

    public LoadedModel model() {
      return model;
    }

    @Override
    public void close() {
      synchronized (LoadedModels.this) {
        if (released) {
          return;
        }
        released = true;
        entry.leases--;
        if (closed && entry.leases == 0) {
          entries.values().remove(entry);
          model.close();
        }
      }
      evict();
    }
  }
}
