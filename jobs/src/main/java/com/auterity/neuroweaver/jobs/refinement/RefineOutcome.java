package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import java.util.List;
import java.util.Map;

/**
 * What refining one partition gave.
 *
 * @param examples of masked pieces by kind; null once merged, as stages and profiles are
 * @param stages by place in the recipe
 * @param profileBefore of the rows read
 * @param profileAfter of the rows kept
 */
public record RefineOutcome(
    List<ChunkInfo> chunks,
    List<ChunkInfo> rejectChunks,
    long rowsIn,
    long rowsKept,
    Map<String, Long> masked,
    Map<String, List<MaskedExample>> examples,
    Map<Integer, StageCounts> stages,
    byte[] profileBefore,
    byte[] profileAfter) {

  RefineOutcome withoutMerged() {
    return new RefineOutcome(
        chunks, rejectChunks, rowsIn, rowsKept, masked, null, null, null, null);
  }
}
