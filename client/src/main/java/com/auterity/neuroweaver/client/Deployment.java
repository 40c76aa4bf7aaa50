package com.auterity.neuroweaver.client;

import java.time.Instant;

/** A model version that answers predictions under a name. */
public record Deployment(
    String deploymentId,
    String name,
    String modelId,
    String model,
    String version,
    String versionId,
    String state,
    Instant createdAt) {}
