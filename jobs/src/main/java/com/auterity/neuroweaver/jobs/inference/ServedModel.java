package com.auterity.neuroweaver.jobs.inference;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;

/**
 * What a node needs to answer with a registered model: the base model folder's name and hash, the
 * adapter's two blobs (both null: the base model alone), and how its prompts are made.
 *
 * @param promptConfiguration the training parameters, as JSON, that the prompt format is read from
 */
public record ServedModel(
    String name,
    String version,
    String versionId,
    String baseModel,
    String baseModelSha256,
    String adapterBlob,
    String adapterConfigBlob,
    String promptConfiguration) {
  public ServedModel {
    required("name", name);
    required("version", version);
    required("versionId", versionId);
    required("baseModel", baseModel);
    required("baseModelSha256", baseModelSha256);
    required("promptConfiguration", promptConfiguration);
    if ((adapterBlob == null) != (adapterConfigBlob == null)) {
      throw NeuroWeaverException.invalid(
          "model " + name + "@" + version + ": an adapter needs both of its blobs, or none");
    }
  }

  /** {@code name@version}. */
  public String label() {
    return name + "@" + version;
  }

  private static void required(String field, String value) {
    if (value == null || value.isBlank()) {
      throw NeuroWeaverException.invalid("a served model needs its " + field);
    }
  }
}
