package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import java.util.List;
import java.util.Map;

/** What refining one partition gave. */
public record RefineOutcome(
    List<ChunkInfo> chunks,
    List<ChunkInfo> rejectChunks,
    long rowsIn,
    long rowsKept,
    Map<String, Long> rejected,
    Map<String, Long> masked,
    Map<String, Long> changed) {}
