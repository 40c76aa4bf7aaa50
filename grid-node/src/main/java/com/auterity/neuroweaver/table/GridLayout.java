package com.auterity.neuroweaver.table;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.table.CacheGroup;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CacheMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.PartitionLossPolicy;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.configuration.CacheConfiguration;

/**
 * How each cache group lies on the nodes, fixed at creation. A chunk's affinity key is its
 * partition number, which Ignite's rendezvous function maps to itself.
 *
 * @param encrypted whether what lies on disk is encrypted
 */
public record GridLayout(int partitions, int backups, boolean encrypted) {
  private static final int META_PARTITIONS = 32;

  public <K, V> CacheConfiguration<K, V> place(CacheConfiguration<K, V> cache, CacheGroup group) {
    cache
        .setGroupName(group.groupName())
        .setEncryptionEnabled(encrypted)
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

  /** Refuses a grid that was begun the other way: what lies there would stay as it is. */
  public void check(Ignite ignite) {
    IgniteCache<?, ?> first = ignite.cache(SchemaVersionRow.TABLE.cacheName());
    if (first == null) {
      return;
    }
    boolean found = first.getConfiguration(CacheConfiguration.class).isEncryptionEnabled();
    if (found != encrypted) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          found
              ? "this grid's data is encrypted: set encryption in the configuration"
              : "this grid's data is not encrypted and stays so: encryption is for a grid's first"
                  + " start; start an empty grid with it and load the data there");
    }
  }

  <K, V> CacheConfiguration<K, V> bulk(String name) {
    CacheConfiguration<K, V> cache = new CacheConfiguration<>(name);
    return place(cache.setAtomicityMode(CacheAtomicityMode.ATOMIC), CacheGroup.BULK);
  }
}
