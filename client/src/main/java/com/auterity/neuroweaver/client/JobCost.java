package com.auterity.neuroweaver.client;

/** What one job used and what that costs; {@code jobId} is null for overhead that no job claims. */
public record JobCost(
    String jobId,
    String kind,
    double wallSeconds,
    double cpuSeconds,
    long bytesRead,
    long bytesWritten,
    long tokensIn,
    long tokensOut,
    double usd) {}
