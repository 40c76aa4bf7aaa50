package com.auterity.neuroweaver.jobs.grid;

import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/** What a {@link GridFunction} finds on the node it runs on. */
public interface NodeContext {
  String nodeName();

  ChunkStore chunks();

  DatasetCatalog datasets();

  BlobStore blobs();

  /** The node's compute threads, {@code workers} of them; their CPU time must go to the meter. */
  ExecutorService workers();

  int workerCount();

  /** This call's meter. */
  Meter meter();

  /** A node-wide singleton (model cache, accumulators), made on first use, closed with the node. */
  <T> T shared(Class<T> type, Supplier<T> maker);
}
