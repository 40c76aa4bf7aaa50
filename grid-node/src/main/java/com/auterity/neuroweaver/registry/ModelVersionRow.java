package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import com.auterity.neuroweaver.jobs.inference.ServedModel;
import java.time.Instant;

/**
 * A row of MODEL_VERSION, never changed: what the version is made of, where it came from and what
 * was measured of it.
 *
 * @param contentSha256 hash of what decides its answers; equal content may be registered again
 * @param datasetVersionIds separated by commas
 * @param configuration JSON: the parameters of the training job
 * @param metrics JSON: numbers by name
 */
public record ModelVersionRow(
    String tenant,
    String name,
    String version,
    String modelId,
    String versionId,
    String contentSha256,
    String baseModel,
    String baseModelSha256,
    String adapterBlob,
    String adapterConfigBlob,
    String adapterSha256,
    String datasetVersionIds,
    String trainingJobId,
    String configuration,
    String metrics,
    Instant createdAt) {
  public static final TableDefinition<ModelVersionRow> TABLE =
      TableDefinition.of("MODEL_VERSION", ModelVersionRow.class, 3, CacheGroup.META);

  /** {@code name@version}. */
  String label() {
    return name + "@" + version;
  }

  /** What a node needs to answer with it. */
  ServedModel served() {
    return new ServedModel(
        name,
        version,
        versionId,
        baseModel,
        baseModelSha256,
        adapterBlob,
        adapterConfigBlob,
        configuration);
  }
}
