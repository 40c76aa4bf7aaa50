package com.auterity.neuroweaver.client;

import java.time.Instant;

/**
 * One thing that happened to a job, numbered within the job; {@code kind} is {@code state} or
 * {@code progress}.
 */
public record JobEvent(
    long sequence, Instant at, String kind, String message, JobState state, JobProgress progress) {}
