package com.auterity.neuroweaver.jobs.refinement;

import java.util.List;

/**
 * What to do with one partition.
 *
 * @param recipe the stages as JSON text
 * @param duplicates for each duplicate stage so far known, what to reject ({@link DuplicateSet})
 * @param keys {@link Recipe#keys} as the job began with them
 */
public record RefineTask(
    String tenant,
    String sourceVersionId,
    int partition,
    String recipe,
    List<byte[]> duplicates,
    String targetVersionId,
    String rejectsVersionId,
    String keys) {}
