package com.auterity.neuroweaver.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One immutable version of a model with its lineage and what was measured of it. */
public record ModelVersion(
    String versionId,
    String version,
    List<String> aliases,
    String baseModel,
    String baseModelSha256,
    String adapterSha256,
    List<String> datasetVersionIds,
    String trainingJobId,
    JsonNode configuration,
    Map<String, Double> metrics,
    Instant createdAt) {
  public ModelVersion {
    aliases = aliases == null ? List.of() : List.copyOf(aliases);
    datasetVersionIds = datasetVersionIds == null ? List.of() : List.copyOf(datasetVersionIds);
    metrics =
        metrics == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
