package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import com.github.f4b6a3.uuid.UuidCreator;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cluster.ClusterNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mends a damaged chunk from a copy another node holds. Ignite's own read repair is no help here:
 * it compares the copies with each other, and with two of them cannot say which is right; the
 * manifest can. Thread-safe.
 */
public final class ChunkRepair {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkRepair.class);
  private static final long PEEK_MILLIS = 30_000;

  private final Ignite ignite;
  private final RecordTable<ChunkRepairRow> reports;
  private final Clock clock;

  public ChunkRepair(Ignite ignite, RecordTable<ChunkRepairRow> reports, Clock clock) {
    this.ignite = ignite;
    this.reports = reports;
    this.clock = clock;
  }

  Optional<byte[]> repair(
      IgniteCache<ChunkKey, byte[]> cache, ChunkKey key, ChunkInfo expected, String problem) {
    List<String> damaged = new ArrayList<>();
    byte[] good = null;
    String source = null;
    for (ClusterNode node :
        ignite.<ChunkKey>affinity(cache.getName()).mapKeyToPrimaryAndBackups(key)) {
      String name = String.valueOf(node.consistentId());
      Optional<byte[]> copy;
      try {
        copy = copyOn(cache, key, node);
      } catch (IgniteException | NeuroWeaverException e) {
        // A node that left or is being filled has no say; it is given its copy by Ignite.
        LOG.info("node {} does not show its copy of chunk {}: {}", name, key, e.getMessage());
        continue;
      }
      if (expected.problemOf(copy.orElse(null)) != null) {
        damaged.add(name);
      } else if (good == null) {
        good = copy.orElseThrow();
        source = name;
      }
    }
    if (good != null && !damaged.isEmpty()) {
      // Chunks are immutable: writing all copies anew can only write what is right.
      cache.put(key, good);
    }
    report(key, damaged, source, problem);
    return Optional.ofNullable(good);
  }

  private Optional<byte[]> copyOn(
      IgniteCache<ChunkKey, byte[]> cache, ChunkKey key, ClusterNode node) {
    return node.isLocal()
        ? LocalChunk.peek(cache, key)
        : Optional.ofNullable(
            ignite
                .compute(ignite.cluster().forNode(node))
                .withNoFailover()
                .withTimeout(PEEK_MILLIS)
                .call(new LocalChunk(key)));
  }

  private void report(ChunkKey key, List<String> damaged, String source, String problem) {
    boolean lost = source == null;
    if (lost) {
      LOG.error("chunk {} is lost: no node has a good copy; {}", key, problem);
    } else if (damaged.isEmpty()) {
      LOG.info("chunk {} was mended meanwhile: {}", key, problem);
      return;
    } else {
      LOG.warn("chunk {} was damaged on {} and mended from {}: {}", key, damaged, source, problem);
    }
    reports.put(
        new ChunkRepairRow(
            key.tenant(),
            // A lost chunk is one row, however often it is read.
            lost ? "lost_" + key : "repair_" + UuidCreator.getTimeOrderedEpoch(),
            key.versionId(),
            key.partition(),
            key.sequence(),
            lost ? ChunkRepairRow.Outcome.LOST : ChunkRepairRow.Outcome.REPAIRED,
            String.join(",", damaged),
            source,
            String.valueOf(ignite.cluster().localNode().consistentId()),
            problem,
            clock.instant().truncatedTo(ChronoUnit.MICROS)));
  }
}
