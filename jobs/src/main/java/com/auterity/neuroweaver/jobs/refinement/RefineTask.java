package com.auterity.neuroweaver.jobs.refinement;

import java.util.List;

/**
 * What to do with one partition.
 *
 * @param recipe the stages as JSON text
 * @param known for each {@link SurveyStage}, what was found of this partition
 * @param keys {@link Recipe#keys} as the job began with them
 */
public record RefineTask(
    String tenant,
    String sourceVersionId,
    int partition,
    String recipe,
    List<byte[]> known,
    String targetVersionId,
    String rejectsVersionId,
    String keys) {}
