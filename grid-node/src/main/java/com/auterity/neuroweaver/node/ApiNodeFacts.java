package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.api.NodeFacts;
import com.auterity.neuroweaver.client.HealthDetail;
import com.auterity.neuroweaver.client.NodeStatus;
import com.auterity.neuroweaver.job.JobState;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.ignite.cluster.ClusterState;

/** What the node says of itself over HTTP. */
record ApiNodeFacts(GridParts parts, String version, String thinClientAddress, String flightAddress)
    implements NodeFacts {
  @Override
  public String name() {
    return parts.config().name();
  }

  @Override
  public Optional<String> notReadyBecause() {
    ClusterState state = parts.ignite().cluster().state();
    return state == ClusterState.ACTIVE
        ? Optional.empty()
        : Optional.of("the grid is " + state + ": it waits for nodes");
  }

  @Override
  public HealthDetail detail() {
    List<NodeStatus> nodes =
        parts.placement().nodes().stream()
            .map(node -> new NodeStatus(node.name(), node.numericsProfile(), node.workers()))
            .toList();
    Map<String, Long> jobs = new LinkedHashMap<>();
    for (Map.Entry<JobState, Long> count : parts.jobs().countByState().entrySet()) {
      jobs.put(count.getKey().name().toLowerCase(Locale.ROOT), count.getValue());
    }
    Runtime runtime = Runtime.getRuntime();
    Map<String, Long> memory = new LinkedHashMap<>();
    memory.put("heap_used", runtime.totalMemory() - runtime.freeMemory());
    memory.put("heap_max", runtime.maxMemory());
    memory.put("region_max", (long) parts.config().regionMb() << 20);
    return new HealthDetail(
        notReadyBecause().isEmpty() ? "ready" : "waiting",
        name(),
        version,
        ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0,
        thinClientAddress,
        flightAddress,
        nodes,
        jobs,
        memory);
  }
}
