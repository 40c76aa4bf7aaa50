package com.auterity.neuroweaver.client;

import java.time.Instant;

/**
 * How long versions of a dataset are kept: one that is older than {@code keepDays} (null: of any
 * age) and not among the newest {@code keepVersions} is retired. All three are null when everything
 * is kept.
 */
public record Retention(
    String datasetId, String name, Integer keepDays, Integer keepVersions, Instant updatedAt) {}
