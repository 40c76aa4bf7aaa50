package com.auterity.neuroweaver.client;

import java.util.List;

/** A registered model, its versions newest first, and where it is deployed. */
public record Model(
    String modelId, String name, List<ModelVersion> versions, List<Deployment> deployments) {
  public Model {
    versions = versions == null ? List.of() : List.copyOf(versions);
    deployments = deployments == null ? List.of() : List.copyOf(deployments);
  }
}
