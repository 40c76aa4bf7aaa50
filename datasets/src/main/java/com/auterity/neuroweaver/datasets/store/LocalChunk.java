package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.Map;
import java.util.Optional;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.CachePeekMode;
import org.apache.ignite.internal.processors.cache.IgniteCacheProxy;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtLocalPartition;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionState;
import org.apache.ignite.lang.IgniteCallable;
import org.apache.ignite.resources.IgniteInstanceResource;

/** Asks a node for its own copy of a chunk; null when it has none. Crosses the wire. */
final class LocalChunk implements IgniteCallable<byte[]> {
  private static final long serialVersionUID = 1L;

  private final ChunkKey key;

  @IgniteInstanceResource private transient Ignite ignite;

  LocalChunk(ChunkKey key) {
    this.key = key;
  }

  @Override
  public byte[] call() {
    return peek(ignite.cache(IgniteChunkStore.CACHE), key).orElse(null);
  }

  /** The copy as it lies on this node, primary or backup, without asking anybody else. */
  static Optional<byte[]> peek(IgniteCache<ChunkKey, byte[]> cache, ChunkKey key) {
    byte[] found = cache.localPeek(key, CachePeekMode.PRIMARY, CachePeekMode.BACKUP);
    if (found == null && isComing(cache, key.partition())) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          "partition " + key.partition() + " is still being copied to this node",
          Map.of("partition", key.partition()));
    }
    return Optional.ofNullable(found);
  }

  private static boolean isComing(IgniteCache<ChunkKey, byte[]> cache, int partition) {
    GridDhtLocalPartition local =
        cache.unwrap(IgniteCacheProxy.class).context().topology().localPartition(partition);
    return local != null && local.state() == GridDhtPartitionState.MOVING;
  }
}
