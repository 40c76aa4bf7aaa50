package com.auterity.neuroweaver.datasets.store;

import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.GridCacheContext;
import org.apache.ignite.internal.processors.cache.KeyCacheObject;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtLocalPartition;
import org.apache.ignite.internal.processors.cache.persistence.CacheDataRow;

/** Changes one node's copy of a chunk behind the back of the others, as a bad disk would. */
public final class DamagedCopy {
  private DamagedCopy() {}

  /** {@code bytes} instead of the copy; null removes it. */
  public static void put(Ignite node, ChunkKey key, byte[] bytes) {
    GridCacheContext<ChunkKey, byte[]> cache =
        ((IgniteEx) node).<ChunkKey, byte[]>cachex(IgniteChunkStore.CACHE).context();
    cache.shared().database().checkpointReadLock();
    try {
      KeyCacheObject id = cache.toCacheKeyObject(key);
      GridDhtLocalPartition partition = cache.topology().localPartition(key.partition());
      CacheDataRow row = cache.offheap().read(cache, id);
      cache.offheap().remove(cache, id, key.partition(), partition);
      if (bytes != null) {
        cache
            .offheap()
            .update(cache, id, cache.toCacheObject(bytes), row.version(), 0, partition, null);
      }
    } catch (IgniteCheckedException e) {
      throw new AssertionError(e);
    } finally {
      cache.shared().database().checkpointReadUnlock();
    }
  }

  public static void remove(Ignite node, ChunkKey key) {
    put(node, key, null);
  }
}
