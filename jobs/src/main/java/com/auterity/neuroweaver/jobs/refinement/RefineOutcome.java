package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import java.util.List;
import java.util.Map;

/**
 * What refining one partition gave.
 *
 * @param made rows beside those read, by the stage that made them
 * @param examples of masked pieces by kind; null once merged, as the profiles are
 * @param profileBefore of the rows read
 * @param profileAfter of the rows kept
 */
public record RefineOutcome(
    List<ChunkInfo> chunks,
    List<ChunkInfo> rejectChunks,
    long rowsIn,
    long rowsKept,
    Map<String, Long> rejected,
    Map<String, Long> masked,
    Map<String, Long> changed,
    Map<String, Long> made,
    Map<String, List<MaskedExample>> examples,
    byte[] profileBefore,
    byte[] profileAfter) {

  RefineOutcome withoutMerged() {
    return new RefineOutcome(
        chunks, rejectChunks, rowsIn, rowsKept, rejected, masked, changed, made, null, null, null);
  }
}
