package com.auterity.neuroweaver.registry;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A model: its versions newest first, its aliases (alias to version), its deployments. */
public record RegisteredModel(
    String modelId,
    String name,
    Instant createdAt,
    List<ModelVersion> versions,
    Map<String, String> aliases,
    List<Deployment> deployments) {
  public RegisteredModel {
    versions = List.copyOf(versions);
    aliases = Map.copyOf(aliases);
    deployments = List.copyOf(deployments);
  }
}
