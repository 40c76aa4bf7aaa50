package com.auterity.neuroweaver.datasets.store;

import java.util.Objects;
import org.apache.ignite.cache.affinity.AffinityKeyMapped;

/**
 * Cache key of a chunk; lies on the node that owns {@code partition}. Crosses the wire: no record.
 */
public final class ChunkKey {
  private final String tenant;
  private final String versionId;
  @AffinityKeyMapped private final int partition;
  private final int sequence;

  public ChunkKey(String tenant, String versionId, int partition, int sequence) {
    this.tenant = Objects.requireNonNull(tenant, "tenant");
    this.versionId = Objects.requireNonNull(versionId, "versionId");
    this.partition = partition;
    this.sequence = sequence;
  }

  public String tenant() {
    return tenant;
  }

  public String versionId() {
    return versionId;
  }

  public int partition() {
    return partition;
  }

  public int sequence() {
    return sequence;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChunkKey key
        && key.partition == partition
        && key.sequence == sequence
        && key.tenant.equals(tenant)
        && key.versionId.equals(versionId);
  }

  @Override
  public int hashCode() {
    return Objects.hash(tenant, versionId, partition, sequence);
  }

  @Override
  public String toString() {
    return tenant + "/" + versionId + "/" + partition + "/" + sequence;
  }
}
