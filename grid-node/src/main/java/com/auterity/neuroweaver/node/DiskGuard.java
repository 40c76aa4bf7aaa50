package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.NodeDiskRow;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import com.auterity.neuroweaver.jobs.grid.DaemonThreads;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses data while the disk of any node is nearly full, because a node whose disk is full ends.
 * Each node looks at its own disk and tells the others; any node asks before it writes.
 */
final class DiskGuard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiskGuard.class);
  private static final String TENANT = "default";
  private static final long LOOK_MILLIS = 2_000;
  private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final NodeConfig config;
  private final RecordTable<NodeDiskRow> disks;
  private final Supplier<List<GridNode>> members;
  private final Clock clock;
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("disk"));
  private NodeDiskRow told;
  private volatile Answer answer;

  /**
   * @param refusal null when there is room
   */
  private record Answer(String refusal, long nanos) {}

  DiskGuard(
      NodeConfig config,
      RecordTable<NodeDiskRow> disks,
      Supplier<List<GridNode>> members,
      Clock clock) {
    this.config = config;
    this.disks = disks;
    this.members = members;
    this.clock = clock;
  }

  /** Looks at this node's disk at once, then again and again. */
  void start() {
    look();
    looking.scheduleWithFixedDelay(
        () -> {
          try {
            look();
          } catch (RuntimeException e) {
            LOG.warn("the room on the disk could not be told: {}", e.getMessage());
          }
        },
        LOOK_MILLIS,
        LOOK_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  private void look() {
    NodeDiskRow now =
        new NodeDiskRow(
            TENANT,
            config.name(),
            config.workDir().toString(),
            freeMb(),
            config.minFreeMb(),
            clock.instant().truncatedTo(ChronoUnit.MICROS));
    if (told != null
        && told.low() == now.low()
        && Math.abs(told.freeMb() - now.freeMb()) <= told.freeMb() / 10) {
      return;
    }
    disks.put(now);
    if (now.low() && (told == null || !told.low())) {
      LOG.warn("{}; the grid takes no data until there is more", said(now));
    } else if (told != null && told.low() && !now.low()) {
      LOG.info("{}: data is taken again", said(now));
    }
    told = now;
  }

  private long freeMb() {
    try {
      return Files.getFileStore(config.workDir()).getUsableSpace() >> 20;
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          config.workDir() + " cannot be looked at: " + e.getMessage(),
          Map.of(),
          e);
    }
  }

  /**
   * Returns when data may be written.
   *
   * @throws NeuroWeaverException OUT_OF_STORAGE naming the nodes whose disks are nearly full
   */
  void admit() {
    Answer last = answer;
    long now = System.nanoTime();
    if (last == null || now - last.nanos() > REMEMBERED_NANOS) {
      last = new Answer(refusal(), now);
      answer = last;
    }
    if (last.refusal() != null) {
      throw new NeuroWeaverException(ErrorKind.OUT_OF_STORAGE, last.refusal());
    }
  }

  private String refusal() {
    Set<String> here = members.get().stream().map(GridNode::name).collect(Collectors.toSet());
    List<String> low =
        disks.where(Map.of("tenant", TENANT)).stream()
            .filter(disk -> disk.low() && here.contains(disk.node()))
            .map(DiskGuard::said)
            .sorted()
            .toList();
    return low.isEmpty()
        ? null
        : String.join("; ", low)
            + ". Free room there (dataset retire, log files), give the node a larger disk, or set"
            + " disk.min_free_mb lower";
  }

  private static String said(NodeDiskRow disk) {
    return "node "
        + disk.node()
        + " has "
        + disk.freeMb()
        + " MiB free in "
        + disk.path()
        + " and shall have "
        + disk.minFreeMb();
  }

  @Override
  public void close() {
    looking.shutdownNow();
  }
}
