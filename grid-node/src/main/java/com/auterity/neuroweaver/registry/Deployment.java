package com.auterity.neuroweaver.registry;

import java.time.Instant;

/**
 * Which model version answers under a name. {@code problem} says why it FAILED; {@code revision}
 * grows with every change of the row.
 */
public record Deployment(
    String tenant,
    String deploymentId,
    String name,
    String model,
    String version,
    String versionId,
    DeploymentState state,
    String problem,
    long revision,
    Instant createdAt,
    Instant updatedAt) {}
