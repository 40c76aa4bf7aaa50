package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.jobs.inference.ServedModel;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;

/**
 * One immutable version of a model with its lineage: the base model, the adapter, the dataset
 * versions and job it came from, the configuration of that job, and what was measured of it.
 */
public record ModelVersion(
    String tenant,
    String modelId,
    String name,
    String version,
    String versionId,
    String baseModel,
    String baseModelSha256,
    String adapterBlob,
    String adapterConfigBlob,
    String adapterSha256,
    List<String> datasetVersionIds,
    String trainingJobId,
    JsonNode configuration,
    JsonNode metrics,
    Instant createdAt) {
  public ModelVersion {
    datasetVersionIds = List.copyOf(datasetVersionIds);
  }

  /** What a node needs to answer with it. */
  public ServedModel served() {
    return new ServedModel(
        name,
        version,
        versionId,
        baseModel,
        baseModelSha256,
        adapterBlob,
        adapterConfigBlob,
        configuration.toString());
  }
}
