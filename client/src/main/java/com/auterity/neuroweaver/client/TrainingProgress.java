package com.auterity.neuroweaver.client;

/**
 * How far a training job is. Losses are per target token; {@code remainingSeconds} is null while
 * unknown.
 */
public record TrainingProgress(
    String jobId,
    JobState state,
    String phase,
    long step,
    long steps,
    Double loss,
    Double tokensPerSecond,
    Double remainingSeconds,
    Problem error) {}
