package com.auterity.neuroweaver.table;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CacheMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.PartitionLossPolicy;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.configuration.CacheConfiguration;

/**
 * How each cache group lies on the nodes, fixed at creation. A chunk's affinity key is its
 * partition number, which Ignite's rendezvous function maps to itself.
 */
public record GridLayout(int partitions, int backups) {
  private static final int META_PARTITIONS = 32;

  public <K, V> CacheConfiguration<K, V> place(CacheConfiguration<K, V> cache, CacheGroup group) {
    cache
        .setGroupName(group.groupName())
        .setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC)
        .setPartitionLossPolicy(PartitionLossPolicy.READ_WRITE_SAFE);
    if (group == CacheGroup.META) {
      return cache
          .setCacheMode(CacheMode.REPLICATED)
          .setAffinity(new RendezvousAffinityFunction(false, META_PARTITIONS));
    }
    return cache
        .setCacheMode(CacheMode.PARTITIONED)
        .setBackups(backups)
        .setAffinity(
            new RendezvousAffinityFunction(
                false, group == CacheGroup.BULK ? partitions : META_PARTITIONS));
  }

  <K, V> CacheConfiguration<K, V> bulk(String name) {
    CacheConfiguration<K, V> cache = new CacheConfiguration<>(name);
    return place(cache.setAtomicityMode(CacheAtomicityMode.ATOMIC), CacheGroup.BULK);
  }
}
