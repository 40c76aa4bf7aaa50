package com.auterity.neuroweaver.client;

/**
 * What one job used and what that costs; {@code jobId} is null for predictions and for overhead
 * that no job claims.
 *
 * @param wallSeconds how long the job ran, all its runs together
 * @param nodeSeconds how long nodes worked for it, all nodes together
 */
public record JobCost(
    String jobId,
    String kind,
    double wallSeconds,
    double nodeSeconds,
    double cpuSeconds,
    long bytesRead,
    long bytesWritten,
    long tokensIn,
    long tokensOut,
    double usd) {}
