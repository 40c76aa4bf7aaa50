package com.auterity.neuroweaver.client;

import java.util.List;

/** Where one partition of a dataset lies; {@code nodes} holds the primary first. */
public record PartitionPlace(int partition, long rows, long bytes, int chunks, List<String> nodes) {
  public PartitionPlace {
    nodes = nodes == null ? List.of() : List.copyOf(nodes);
  }
}
