package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Instant;

/**
 * Table CHUNK_REPAIR: a chunk that was found damaged. {@code damagedOn} are the nodes with a bad
 * copy, {@code mendedFrom} the node whose copy was good; null when the chunk is lost.
 *
 * @param versionId as in the chunk's key
 * @param problem what was wrong with the copy that was read first
 */
public record ChunkRepairRow(
    String tenant,
    String repairId,
    String versionId,
    int part,
    int seq,
    Outcome outcome,
    String damagedOn,
    String mendedFrom,
    String noticedBy,
    String problem,
    Instant repairedAt) {
  public static final TableDefinition<ChunkRepairRow> TABLE =
      TableDefinition.of("CHUNK_REPAIR", ChunkRepairRow.class, 2, CacheGroup.LEDGER);

  /** What came of it. */
  public enum Outcome {
    /** Every copy is good again. */
    REPAIRED,
    /** No copy is good. */
    LOST
  }
}
