package com.auterity.neuroweaver.client;

import java.time.Instant;

/** The newest version of a dataset, as lists show it. */
public record Dataset(
    String datasetId,
    String name,
    String versionId,
    int version,
    long rows,
    long bytes,
    int columns,
    Instant createdAt) {}
