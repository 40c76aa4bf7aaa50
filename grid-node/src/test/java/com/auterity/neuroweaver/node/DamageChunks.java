package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.ChunkKey;
import com.auterity.neuroweaver.datasets.store.IgniteChunkStore;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import org.apache.ignite.Ignition;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.GridCacheContext;
import org.apache.ignite.internal.processors.cache.KeyCacheObject;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtLocalPartition;
import org.apache.ignite.internal.processors.cache.persistence.CacheDataRow;

/** Flips a bit in, or removes, this node's copy of each chunk, behind the other node's back. */
public final class DamageChunks implements GridFunction<DamageChunks.Order, DamageChunks.Done> {
  /** Which chunks and how. */
  public record Order(String tenant, String dataset, boolean remove) {}

  /** How many copies are bad now. */
  public record Done(int chunks) {}

  @Override
  public Class<Order> inputType() {
    return Order.class;
  }

  @Override
  public Class<Done> outputType() {
    return Done.class;
  }

  @Override
  public Done apply(Order order, NodeContext node) throws Exception {
    Manifest manifest = node.datasets().get(order.tenant(), order.dataset());
    GridCacheContext<ChunkKey, byte[]> cache =
        ((IgniteEx) Ignition.ignite(node.nodeName()))
            .<ChunkKey, byte[]>cachex(IgniteChunkStore.CACHE)
            .context();
    int done = 0;
    for (ChunkInfo chunk : manifest.chunks()) {
      ChunkKey key = manifest.key(chunk);
      byte[] bytes = node.chunks().localCopy(key).orElseThrow();
      bytes[bytes.length / 2] ^= 1;
      cache.shared().database().checkpointReadLock();
      try {
        KeyCacheObject id = cache.toCacheKeyObject(key);
        GridDhtLocalPartition partition = cache.topology().localPartition(key.partition());
        CacheDataRow row = cache.offheap().read(cache, id);
        cache.offheap().remove(cache, id, key.partition(), partition);
        if (!order.remove()) {
          cache
              .offheap()
              .update(cache, id, cache.toCacheObject(bytes), row.version(), 0, partition, null);
        }
      } finally {
        cache.shared().database().checkpointReadUnlock();
      }
      done++;
    }
    return new Done(done);
  }
}
