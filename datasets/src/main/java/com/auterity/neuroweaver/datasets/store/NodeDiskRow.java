package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Instant;

/**
 * Table NODE_DISK: the room on each node's disk; written when it has changed much or has become too
 * little.
 *
 * @param minFreeMb with less the grid takes no data
 */
public record NodeDiskRow(
    String tenant, String node, String path, long freeMb, long minFreeMb, Instant lookedAt) {
  public static final TableDefinition<NodeDiskRow> TABLE =
      TableDefinition.of("NODE_DISK", NodeDiskRow.class, 2, CacheGroup.META);

  /** Whether the room is less than it shall be. */
  public boolean low() {
    return freeMb < minFreeMb;
  }
}
