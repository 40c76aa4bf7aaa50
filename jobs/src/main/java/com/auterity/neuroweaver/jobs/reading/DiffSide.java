package com.auterity.neuroweaver.jobs.reading;

import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.Manifest;
import java.util.List;

/**
 * Where one of two compared versions has the rows of a partition: in its own chunks, or in those an
 * exchange made.
 *
 * @param exchanged null for its own
 */
record DiffSide(String versionId, List<Exchanged> exchanged) {
  /** A chunk of an exchange, with the id that stands for its version. */
  record Exchanged(String exchangeId, ChunkInfo chunk) {}

  /** The manifest under which a chunk is read. */
  static Manifest under(Manifest manifest, String exchangeId) {
    return new Manifest(
        manifest.tenant(),
        manifest.datasetId(),
        manifest.name(),
        exchangeId,
        manifest.version(),
        manifest.schema(),
        manifest.partitions(),
        manifest.partitionBy(),
        List.of(),
        manifest.parents(),
        manifest.jobId(),
        manifest.createdAt());
  }
}
