package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.persistence.snapshot.IgniteSnapshotManager;
import org.apache.ignite.internal.processors.cache.persistence.snapshot.SnapshotMetadata;
import org.apache.ignite.lang.IgniteFuture;

/** Consistent copies of everything the grid holds: datasets, models, jobs, bills. */
final class Snapshots {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]{1,64}");
  private static final long LOOK_MILLIS = 100;

  private final Ignite ignite;
  private final Path folder;

  Snapshots(Ignite ignite, Path folder) {
    this.ignite = ignite;
    this.folder = folder;
  }

  /**
   * A finished snapshot as this node sees it.
   *
   * @param nodes consistent ids of the nodes that have a part of it
   */
  record Snapshot(String name, Path path, Instant createdAt, List<String> nodes) {}

  static void checkName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw NeuroWeaverException.invalid(
          "name: \""
              + name
              + "\" is no name of a snapshot: use 1 to 64 letters, digits and underscores");
    }
  }

  /** Those of which this node has a part, oldest first. */
  List<Snapshot> list() {
    IgniteSnapshotManager parts = parts();
    List<Snapshot> snapshots = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return snapshots;
    }
    for (String name : parts.localSnapshotNames(null)) {
      List<SnapshotMetadata> found = parts.readSnapshotMetadatas(name, null);
      if (!found.isEmpty()) {
        snapshots.add(
            new Snapshot(
                name,
                folder.resolve(name),
                createdAt(folder.resolve(name)),
                found.get(0).baselineNodes().stream().sorted().toList()));
      }
    }
    snapshots.sort(Comparator.comparing(Snapshot::createdAt).thenComparing(Snapshot::name));
    return snapshots;
  }

  boolean exists(String name) {
    return list().stream().anyMatch(snapshot -> snapshot.name().equals(name));
  }

  /** Makes one and returns when every node has written its part. */
  void create(String name, BooleanSupplier goOn) throws InterruptedException {
    try {
      IgniteFuture<Void> done = ignite.snapshot().createSnapshot(name);
      while (!done.isDone()) {
        if (!goOn.getAsBoolean()) {
          ignite.snapshot().cancelSnapshot(name).get();
        }
        Thread.sleep(LOOK_MILLIS);
      }
      done.get();
    } catch (IgniteException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          "snapshot " + name + " was not made: " + e.getMessage(),
          Map.of("snapshot", name),
          e);
    }
  }

  private static Instant createdAt(Path snapshot) {
    try {
      return Files.getLastModifiedTime(snapshot).toInstant();
    } catch (IOException e) {
      return Instant.EPOCH;
    }
  }

  private IgniteSnapshotManager parts() {
    return ((IgniteEx) ignite).context().cache().context().snapshotMgr();
  }
}
