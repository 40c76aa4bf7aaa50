package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.Manifest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Proof from the ledger and the dataset's row counts that each sample counted exactly once in each
 * epoch: no row of a chunk occurs twice, and as many occur as the chunk has rows.
 */
public final class ExactlyOnce {
  private ExactlyOnce() {}

  /**
   * What speaks against it, in words; nothing when it holds.
   *
   * @param entries the ledger's entries that count
   * @param epochs how many whole epochs were trained
   * @param heldBack rows kept for validation, which occur in no epoch
   */
  public static List<String> objections(
      Manifest manifest, List<TrainLedger.MicroBatchEntry> entries, int epochs, long heldBack) {
    List<String> objections = new ArrayList<>();
    Map<Integer, Map<String, Set<Long>>> seen = new TreeMap<>();
    for (TrainLedger.MicroBatchEntry entry : entries) {
      if (!entry.datasetVersionId().equals(manifest.versionId())) {
        objections.add(
            "step %d took rows of dataset version %s"
                .formatted(entry.step(), entry.datasetVersionId()));
        continue;
      }
      String[] sequences = entry.sequences().split(",");
      String[] ordinals = entry.ordinals().split(",");
      for (int i = 0; i < ordinals.length; i++) {
        String chunk = entry.dataPartition() + "/" + sequences[i];
        if (!seen.computeIfAbsent(entry.dataEpoch(), e -> new HashMap<>())
            .computeIfAbsent(chunk, c -> new HashSet<>())
            .add(Long.valueOf(ordinals[i]))) {
          objections.add(
              "epoch %d counted row %s of chunk %s twice, again in step %d"
                  .formatted(entry.dataEpoch(), ordinals[i], chunk, entry.step()));
        }
      }
    }
    for (int epoch = 0; epoch < epochs; epoch++) {
      Map<String, Set<Long>> chunks = seen.getOrDefault(epoch, Map.of());
      long counted = 0;
      for (ChunkInfo chunk : manifest.chunks()) {
        int rows = chunks.getOrDefault(chunk.partition() + "/" + chunk.sequence(), Set.of()).size();
        counted += rows;
        if (rows > chunk.rows() || (heldBack == 0 && rows != chunk.rows())) {
          objections.add(
              "epoch %d counted %d rows of chunk %d/%d, which has %d"
                  .formatted(epoch, rows, chunk.partition(), chunk.sequence(), chunk.rows()));
        }
      }
      if (counted != manifest.rows() - heldBack) {
        objections.add(
            "epoch %d counted %d rows; the dataset has %d, of which %d are held back"
                .formatted(epoch, counted, manifest.rows(), heldBack));
      }
    }
    return objections;
  }
}
