package com.auterity.neuroweaver.jobs.refinement;

import java.util.List;
import java.util.TreeMap;

/**
 * What a refinement commits: the version refined, the outcome of each partition that is done, and
 * the profiles, counts and examples of those partitions together.
 *
 * @param stages the recipe as JSON text, with the contents of the files and the versions of other
 *     datasets that it names
 * @param surveys what the survey stages say for the result, as a JSON list; null until they have
 * @param keys {@link Recipe#keys} when the job began
 */
record RefineState(
    String sourceVersionId,
    String stages,
    String surveys,
    TreeMap<Integer, RefineOutcome> done,
    byte[] profileBefore,
    byte[] profileAfter,
    TreeMap<String, List<MaskedExample>> examples,
    TreeMap<Integer, StageCounts> counts,
    String keys) {}
