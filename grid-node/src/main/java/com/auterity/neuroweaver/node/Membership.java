package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.DaemonThreads;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cluster.BaselineNode;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.cluster.ClusterState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which nodes hold the data. The very first start waits for {@code initialNodes} and activates the
 * grid; after a full stop it waits for the nodes it had. Then the baseline follows joins at once
 * and departures after a while. The oldest node acts, the others look on.
 */
final class Membership implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
  private static final long LOOK_MILLIS = 200;

  private final Ignite ignite;
  private final int initialNodes;
  private final Duration departure;
  private final Clock clock;
  private final Map<Object, Instant> missingSince = new HashMap<>();
  // The first look mends what was lost before a restart.
  private boolean losses = true;
  private Instant nextLossWord;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("membership"));

  Membership(Ignite ignite, int initialNodes, Duration departure, Clock clock) {
    this.ignite = ignite;
    this.initialNodes = initialNodes;
    this.departure = departure;
    this.clock = clock;
  }

  /** Returns when the grid is active and this node holds its share; says what it waits for. */
  void awaitActive(BooleanSupplier stopped) throws InterruptedException {
    Instant nextWord = clock.instant().plusSeconds(2);
    while (true) {
      if (stopped.getAsBoolean()) {
        throw new NeuroWeaverException(
            ErrorKind.CANCELLED, "the node was stopped before the grid was active");
      }
      boolean active = ignite.cluster().state() == ClusterState.ACTIVE;
      if (active && baseline().contains(name(ignite.cluster().localNode()))) {
        return;
      }
      if (amOldest()) {
        Set<Object> had = baseline();
        if (!active
            && (had.isEmpty() ? servers().size() >= initialNodes : names().containsAll(had))) {
          LOG.info(
              "{}: activating the grid with {}",
              had.isEmpty() ? "first start" : "all back",
              names());
          ignite.cluster().baselineAutoAdjustEnabled(false);
          ignite.cluster().state(ClusterState.ACTIVE);
          continue;
        }
        if (active) {
          look();
        }
      }
      if (clock.instant().isAfter(nextWord)) {
        LOG.info("{}", waitingFor(active));
        nextWord = clock.instant().plusSeconds(10);
      }
      Thread.sleep(50);
    }
  }

  private String waitingFor(boolean active) {
    if (active) {
      return "waiting to be given a share of the data";
    }
    Set<Object> missing = new TreeSet<>(baseline());
    missing.removeAll(names());
    return missing.isEmpty()
        ? "first start: waiting for " + initialNodes + " nodes, here are " + names()
        : "waiting for the nodes this grid had: " + missing + " missing, here are " + names();
  }

  /** From now on the baseline follows the nodes. */
  void watch() {
    watch.scheduleWithFixedDelay(
        () -> {
          try {
            if (ignite.cluster().state() == ClusterState.ACTIVE && amOldest()) {
              look();
            }
          } catch (IgniteException | IllegalStateException e) {
            LOG.warn("cannot look after the baseline now: {}", e.getMessage(), e);
          }
        },
        LOOK_MILLIS,
        LOOK_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  private synchronized void look() {
    Collection<BaselineNode> current = ignite.cluster().currentBaselineTopology();
    if (current == null) {
      return;
    }
    Instant now = clock.instant();
    Map<Object, ClusterNode> alive = new HashMap<>();
    servers().forEach(node -> alive.put(name(node), node));
    List<BaselineNode> next = new ArrayList<>();
    List<Object> gone = new ArrayList<>();
    for (BaselineNode node : current) {
      Object name = node.consistentId();
      ClusterNode here = alive.remove(name);
      if (here != null) {
        missingSince.remove(name);
        next.add(here);
      } else if (missingSince.computeIfAbsent(name, first -> now).plus(departure).isAfter(now)) {
        next.add(node);
      } else {
        gone.add(name);
      }
    }
    boolean whole = missingSince.isEmpty();
    if (whole && losses) {
      mendLosses();
    }
    if (!gone.isEmpty() && !lostCaches().isEmpty()) {
      // Only the nodes that left still have some of the data: giving their share away would make
      // the loss final.
      losses = true;
      if (nextLossWord == null || now.isAfter(nextLossWord)) {
        LOG.error("data is lost until {} are back: they have the only copies of it", gone);
        nextLossWord = now.plusSeconds(60);
      }
      current.stream().filter(node -> gone.contains(node.consistentId())).forEach(next::add);
      gone.clear();
    }
    if (alive.isEmpty() && gone.isEmpty()) {
      return;
    }
    next.addAll(alive.values());
    LOG.info(
        "the data is spread anew: joined {}, departed for {} s {}",
        alive.keySet(),
        departure.toSeconds(),
        gone);
    ignite.cluster().setBaselineTopology(next);
    gone.forEach(missingSince::remove);
  }

  /** All nodes are back, with what only they had: what was refused is served again. */
  private void mendLosses() {
    List<String> lost = lostCaches();
    if (!lost.isEmpty()) {
      LOG.info("the nodes that were missing are back; serving again what was lost with them");
      ignite.resetLostPartitions(lost);
    }
    losses = false;
    nextLossWord = null;
  }

  private List<String> lostCaches() {
    return ignite.cacheNames().stream()
        .filter(name -> !ignite.cache(name).lostPartitions().isEmpty())
        .toList();
  }

  private Collection<ClusterNode> servers() {
    return ignite.cluster().forServers().nodes();
  }

  private boolean amOldest() {
    ClusterNode oldest = ignite.cluster().forServers().forOldest().node();
    return oldest != null && oldest.isLocal();
  }

  private Set<Object> baseline() {
    Collection<BaselineNode> current = ignite.cluster().currentBaselineTopology();
    return current == null
        ? Set.of()
        : current.stream().map(BaselineNode::consistentId).collect(Collectors.toSet());
  }

  private Set<Object> names() {
    return servers().stream().map(Membership::name).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Object name(ClusterNode node) {
    return node.consistentId();
  }

  @Override
  public void close() {
    watch.shutdownNow();
  }
}
