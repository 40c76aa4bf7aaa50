package com.auterity.neuroweaver.client;

import java.time.Instant;
import java.util.List;

/**
 * A chunk that was found damaged: REPAIRED from the copy of {@code mendedFrom}, or LOST.
 *
 * @param damagedOn nodes whose copies were bad
 */
public record ChunkRepairReport(
    String versionId,
    int partition,
    int sequence,
    String outcome,
    List<String> damagedOn,
    String mendedFrom,
    String noticedBy,
    String problem,
    Instant at) {
  public ChunkRepairReport {
    damagedOn = damagedOn == null ? List.of() : List.copyOf(damagedOn);
  }
}
