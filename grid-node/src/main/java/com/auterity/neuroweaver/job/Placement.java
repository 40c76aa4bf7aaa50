package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterNode;

/** Which nodes there are, and which of them hold a partition of every dataset. */
public final class Placement {
  private final Ignite ignite;
  private final String chunkCache;

  /** {@code chunkCache}: the cache whose affinity says who holds a partition. */
  public Placement(Ignite ignite, String chunkCache) {
    this.ignite = ignite;
    this.chunkCache = chunkCache;
  }

  static String name(ClusterNode node) {
    return String.valueOf(node.consistentId());
  }

  /** Live server nodes, by name. */
  public List<GridNode> nodes() {
    return ignite.cluster().forServers().nodes().stream()
        .map(
            node -> {
              Integer workers = node.attribute(GridAttributes.WORKERS);
              return new GridNode(
                  name(node),
                  node.attribute(GridAttributes.NUMERICS),
                  workers == null ? 1 : workers);
            })
        .sorted(Comparator.comparing(GridNode::name))
        .toList();
  }

  /** Names of the nodes that hold a partition, primary first; UNAVAILABLE when there is none. */
  public List<String> owners(int partition) {
    List<String> owners =
        ignite.<Object>affinity(chunkCache).mapPartitionToPrimaryAndBackups(partition).stream()
            .map(Placement::name)
            .toList();
    if (owners.isEmpty()) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          "no node holds partition " + partition + ": the nodes that did have left the grid",
          Map.of("partition", partition));
    }
    return owners;
  }

  ClusterNode node(String name) {
    return ignite.cluster().forServers().nodes().stream()
        .filter(node -> name(node).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new NeuroWeaverException(
                    ErrorKind.UNAVAILABLE,
                    "node " + name + " is not in the grid",
                    Map.of("node", name)));
  }
}
