package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

/** A node's tokenized partitions, the most recently used up to a number of bytes. */
public final class TokenizedPartitions {
  private static final long MAX_BYTES = 256L << 20;

  private final Cache<Key, TokenizedPartition> partitions =
      Caffeine.newBuilder()
          .maximumWeight(MAX_BYTES)
          .weigher((Key key, TokenizedPartition value) -> weight(value))
          .build();

  public static TokenizedPartitions on(NodeContext node) {
    return node.shared(TokenizedPartitions.class, TokenizedPartitions::new);
  }

  /** The partition's samples, tokenized on first use. */
  public TokenizedPartition get(
      SampleSource source, int partition, BaseModel model, NodeContext node) {
    return partitions.get(
        new Key(source, partition),
        key -> TokenizedPartition.read(source, partition, model.folder(), node));
  }

  private static int weight(TokenizedPartition partition) {
    return (int) Math.min(Integer.MAX_VALUE, partition.weight());
  }

  private record Key(SampleSource source, int partition) {}
}
