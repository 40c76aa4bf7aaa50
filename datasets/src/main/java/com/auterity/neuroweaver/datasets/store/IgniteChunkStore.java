package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.Optional;
import org.apache.ignite.IgniteCache;

/**
 * Chunks in a persistent Ignite cache. With a rendezvous affinity of the grid's partition count the
 * cache partition of a {@link ChunkKey} is its own partition number, so partition p of any two
 * datasets lies on one node.
 */
public final class IgniteChunkStore implements ChunkStore {
  public static final String CACHE = "NW_CHUNK";

  private final IgniteCache<ChunkKey, byte[]> cache;
  private final ChunkRepair repair;
  private final Runnable admission;

  /** A store whose damaged chunks stay damaged and that takes whatever comes. */
  public IgniteChunkStore(IgniteCache<ChunkKey, byte[]> cache) {
    this(cache, null, () -> {});
  }

  /**
   * @param repair mends damaged chunks; may be null
   * @param admission throws when no chunk can be taken now
   */
  public IgniteChunkStore(
      IgniteCache<ChunkKey, byte[]> cache, ChunkRepair repair, Runnable admission) {
    this.cache = cache;
    this.repair = repair;
    this.admission = admission;
  }

  @Override
  public void put(ChunkKey key, byte[] chunk) {
    admission.run();
    GridAccess.to("chunk " + key, () -> cache.put(key, chunk));
  }

  @Override
  public byte[] get(ChunkKey key) {
    byte[] chunk = GridAccess.to("chunk " + key, () -> cache.get(key));
    if (chunk == null) {
      throw NeuroWeaverException.notFound("there is no chunk " + key);
    }
    return chunk;
  }

  @Override
  public boolean contains(ChunkKey key) {
    return GridAccess.to("chunk " + key, () -> cache.containsKey(key));
  }

  @Override
  public Optional<byte[]> localCopy(ChunkKey key) {
    return GridAccess.to("chunk " + key, () -> LocalChunk.peek(cache, key));
  }

  @Override
  public Optional<byte[]> repair(ChunkKey key, ChunkInfo expected, String problem) {
    return repair == null
        ? Optional.empty()
        : GridAccess.to("chunk " + key, () -> repair.repair(cache, key, expected, problem));
  }

  @Override
  public void remove(ChunkKey key) {
    GridAccess.to("chunk " + key, () -> cache.remove(key));
  }
}
