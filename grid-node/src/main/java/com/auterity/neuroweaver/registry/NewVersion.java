package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.regex.Pattern;

/** What is registered as a model version; ids and time are the registry's. */
public record NewVersion(
    String name,
    String version,
    String baseModel,
    String baseModelSha256,
    String adapterBlob,
    String adapterConfigBlob,
    String adapterSha256,
    List<String> datasetVersionIds,
    String trainingJobId,
    JsonNode configuration,
    JsonNode metrics) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,99}");

  public NewVersion {
    if (name == null || !NAME.matcher(name).matches()) {
      throw NeuroWeaverException.invalid(
          "model name '"
              + name
              + "': use lower-case letters, digits, dot, dash and underscore, at most 100 of them,"
              + " beginning with a letter or digit, for example service-advisor");
    }
    version = SemanticVersion.parse(version).toString();
    datasetVersionIds = List.copyOf(datasetVersionIds);
  }
}
