package com.auterity.neuroweaver.jobs.training;

import java.util.Objects;

/**
 * Where samples come from and how they become tokens: all that a node needs to make the same tokens
 * as any other. Samples longer than {@code maxTokens} lose the beginning of their prompt.
 *
 * @param baseModel name or path of the base model's folder, the same on every node
 * @param baseModelSha256 what the folder must hash to
 */
public record SampleSource(
    String tenant,
    String datasetVersionId,
    String baseModel,
    String baseModelSha256,
    PromptFormat format,
    int maxTokens) {
  public SampleSource {
    Objects.requireNonNull(tenant, "tenant");
    Objects.requireNonNull(datasetVersionId, "datasetVersionId");
    Objects.requireNonNull(baseModel, "baseModel");
    Objects.requireNonNull(baseModelSha256, "baseModelSha256");
    Objects.requireNonNull(format, "format");
  }
}
