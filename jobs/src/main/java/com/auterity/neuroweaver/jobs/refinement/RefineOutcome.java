package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import java.util.List;
import java.util.Map;

/**
 * What refining one partition gave.
 *
 * @param profileBefore of the rows read; with {@code profileAfter} null once merged
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
    byte[] profileBefore,
    byte[] profileAfter) {

  RefineOutcome withoutProfiles() {
    return new RefineOutcome(
        chunks, rejectChunks, rowsIn, rowsKept, rejected, masked, changed, null, null);
  }
}
