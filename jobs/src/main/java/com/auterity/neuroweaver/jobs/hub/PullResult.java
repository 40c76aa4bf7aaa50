package com.auterity.neuroweaver.jobs.hub;

import java.nio.file.Path;

/**
 * A folder that was pulled.
 *
 * @param folder complete; a path for {@code base_model}
 * @param commit of the hub's repository, whose files these are
 * @param files how many
 * @param bytes their size in all
 * @param bytesFetched what came over the network now; the rest was there from before
 */
public record PullResult(Path folder, String commit, int files, long bytes, long bytesFetched) {}
