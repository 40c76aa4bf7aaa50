package com.auterity.neuroweaver.jobs.training;

/**
 * What a commit puts on the JOB row.
 *
 * @param datasetVersionId the version the job began with, whatever the dataset's name means later
 * @param numericsProfile the profile the job began with
 * @param checkpoint blob of a {@link Checkpoint}; null before the first and after the last step
 * @param result the job's result once all is done, as JSON; else null
 */
record Committed(
    String datasetVersionId,
    String baseModelSha256,
    String numericsProfile,
    String checkpoint,
    String result) {}
