package com.auterity.neuroweaver.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * A durable job as last seen. {@code node} runs it; result and error are null until there is one.
 */
public record Job(
    String jobId,
    String kind,
    JobState state,
    String parentJobId,
    String idempotencyKey,
    String node,
    long epoch,
    JobProgress progress,
    JsonNode parameters,
    JsonNode result,
    Problem error,
    Instant createdAt,
    Instant startedAt,
    Instant finishedAt) {}
