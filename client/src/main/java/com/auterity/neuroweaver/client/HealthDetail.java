package com.auterity.neuroweaver.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The grid as the answering node sees it; {@code thinClientAddress} is for SQL and thin clients,
 * {@code flightAddress} for Arrow Flight.
 */
public record HealthDetail(
    String status,
    String node,
    String version,
    double uptimeSeconds,
    String thinClientAddress,
    String flightAddress,
    List<NodeStatus> nodes,
    Map<String, Long> jobs,
    Map<String, Long> memory) {
  public HealthDetail {
    nodes = nodes == null ? List.of() : List.copyOf(nodes);
    jobs = jobs == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(jobs));
    memory = memory == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(memory));
  }
}
