package com.auterity.neuroweaver.jobs.reading;

import com.auterity.neuroweaver.datasets.store.ChunkKey;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.jobs.grid.ForwardingStore;
import com.auterity.neuroweaver.jobs.grid.LocalGrid;
import java.util.ArrayList;
import java.util.List;

/** Three nodes in this thread over one store that remembers what was read. */
final class ReadingGrid extends LocalGrid {
  final ReadStore store;

  ReadingGrid(DatasetCatalog datasets) {
    this(datasets, new ReadStore());
  }

  private ReadingGrid(DatasetCatalog datasets, ReadStore store) {
    super(datasets, store, Runnable::run, null);
    this.store = store;
  }

  @Override
  public List<String> owners(int partition) {
    return List.of("n" + partition % 3);
  }

  static final class ReadStore extends ForwardingStore {
    final List<ChunkKey> reads = new ArrayList<>();

    private ReadStore() {
      super(new MemoryChunkStore());
    }

    @Override
    public byte[] get(ChunkKey key) {
      reads.add(key);
      return super.get(key);
    }
  }
}
