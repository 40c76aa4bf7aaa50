package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.function.Supplier;

/**
 * A node's signatures of partitions that are being compared: at most an eighth of the heap; what
 * does not fit is computed again when it is asked for.
 */
final class SignatureCache {
  private final Cache<String, SignedRows> signed;
  private final Cache<String, SignatureIndex> indexes;

  SignatureCache() {
    long kibibytes = Runtime.getRuntime().maxMemory() / 16 >> 10;
    signed =
        Caffeine.newBuilder()
            .maximumWeight(kibibytes)
            .weigher((String key, SignedRows rows) -> (int) (1 + (rows.memory() >> 10)))
            .build();
    indexes =
        Caffeine.newBuilder()
            .maximumWeight(kibibytes)
            .weigher((String key, SignatureIndex index) -> (int) (1 + (index.memory() >> 10)))
            .build();
  }

  static SignatureCache of(NodeContext node) {
    return node.shared(SignatureCache.class, SignatureCache::new);
  }

  SignedRows signed(String key, Supplier<SignedRows> maker) {
    return signed.get(key, k -> maker.get());
  }

  SignatureIndex index(String key, Supplier<SignatureIndex> maker) {
    return indexes.get(key, k -> maker.get());
  }
}
