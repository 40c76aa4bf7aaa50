package com.auterity.neuroweaver.client;

import java.time.Instant;
import java.util.List;

/** A snapshot; {@code path} is where the answering node's part lies. */
public record SnapshotInfo(String name, String path, List<String> nodes, Instant createdAt) {
  public SnapshotInfo {
    nodes = nodes == null ? List.of() : List.copyOf(nodes);
  }
}
