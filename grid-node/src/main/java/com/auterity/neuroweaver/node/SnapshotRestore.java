package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.lang.IgniteFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets an empty grid begin with a snapshot, before its tables are made. The oldest node restores
 * when any node was started to; the others find the tables there. A grid that holds tables refuses:
 * nothing is ever written over.
 */
final class SnapshotRestore {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotRestore.class);
  private static final long LOOK_MILLIS = 100;

  private final Ignite ignite;
  private final Optional<String> wanted;

  SnapshotRestore(Ignite ignite, Optional<String> wanted) {
    this.ignite = ignite;
    this.wanted = wanted;
  }

  void run(BooleanSupplier stopped) throws InterruptedException {
    if (!isOldest()) {
      if (wanted.isPresent()) {
        awaitRestored(wanted.get(), stopped);
      }
      return;
    }
    TreeSet<String> names = new TreeSet<>();
    for (ClusterNode node : ignite.cluster().forServers().nodes()) {
      String name = node.attribute(NodeAttributes.RESTORE);
      if (name != null && !name.isEmpty()) {
        names.add(name);
      }
    }
    wanted.ifPresent(names::add);
    if (names.isEmpty()) {
      return;
    }
    if (names.size() > 1) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT, "the nodes were started to restore different snapshots: " + names);
    }
    restore(names.first(), stopped);
  }

  private void restore(String name, BooleanSupplier stopped) throws InterruptedException {
    Collection<String> there = ignite.cacheNames();
    if (!there.isEmpty()) {
      throw holdsData(name);
    }
    LOG.info("restoring snapshot {}", name);
    try {
      // Before the first table appears: who sees tables can tell whose they are.
      ignite.cluster().tag(tag(name));
    } catch (IgniteCheckedException e) {
      throw new IllegalStateException("an active grid takes a tag", e);
    }
    try {
      IgniteFuture<Void> done = ignite.snapshot().restoreSnapshot(name, null);
      while (!done.isDone()) {
        if (stopped.getAsBoolean()) {
          ignite.snapshot().cancelSnapshotRestore(name);
          throw new NeuroWeaverException(
              ErrorKind.CANCELLED,
              "the node was stopped before snapshot " + name + " was restored");
        }
        Thread.sleep(LOOK_MILLIS);
      }
      done.get();
    } catch (IgniteException e) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "snapshot " + name + " could not be restored: " + e.getMessage(),
          Map.of("snapshot", name),
          e);
    }
    LOG.info("snapshot {} is restored", name);
  }

  /** The oldest node restores; that it does is the grid's tag. */
  private void awaitRestored(String name, BooleanSupplier stopped) throws InterruptedException {
    while (!tag(name).equals(ignite.cluster().tag())) {
      if (stopped.getAsBoolean()) {
        throw new NeuroWeaverException(
            ErrorKind.CANCELLED, "the node was stopped before snapshot " + name + " was restored");
      }
      if (isOldest()) {
        run(stopped);
        return;
      }
      boolean tables = !ignite.cacheNames().isEmpty();
      if (tables && !tag(name).equals(ignite.cluster().tag())) {
        throw holdsData(name);
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private boolean isOldest() {
    return ignite.cluster().forServers().forOldest().node().isLocal();
  }

  private static String tag(String name) {
    return "restored " + name;
  }

  private static NeuroWeaverException holdsData(String name) {
    return new NeuroWeaverException(
        ErrorKind.CONFLICT,
        "snapshot "
            + name
            + " was not restored: this grid holds data already. A snapshot is restored into a grid"
            + " whose nodes have empty work folders; to go on with what is there, start without"
            + " --restore",
        Map.of("snapshot", name));
  }
}
