package com.auterity.neuroweaver.jobs.refinement.similarity;

import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * A node's signatures and shingle sets of partitions that are being compared: at most three
 * sixteenths of the heap; what does not fit is computed again when it is asked for.
 */
public final class SignatureCache {
  private final Cache<String, SignedRows> signed;
  private final Cache<String, SignatureIndex> indexes;

  private final Cache<String, ShingleSets> sets;

  SignatureCache() {
    signed = limited(SignedRows::memory);
    indexes = limited(SignatureIndex::memory);
    sets = limited(ShingleSets::memory);
  }

  private static <V> Cache<String, V> limited(ToLongFunction<V> memory) {
    return Caffeine.newBuilder()
        .maximumWeight(Runtime.getRuntime().maxMemory() / 16 >> 10)
        .weigher((String key, V each) -> (int) (1 + (memory.applyAsLong(each) >> 10)))
        .build();
  }

  public static SignatureCache of(NodeContext node) {
    return node.shared(SignatureCache.class, SignatureCache::new);
  }

  public SignedRows signed(String key, Supplier<SignedRows> maker) {
    return signed.get(key, k -> maker.get());
  }

  SignatureIndex index(String key, Supplier<SignatureIndex> maker) {
    return indexes.get(key, k -> maker.get());
  }

  public void keep(String key, ShingleSets of) {
    sets.put(key, of);
  }

  /** Null when they are not kept. */
  public ShingleSets sets(String key) {
    return sets.getIfPresent(key);
  }
}
