package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Instant;

/**
 * A row of DEPLOYMENT: which model version answers under a name.
 *
 * @param problem why it FAILED, else null
 * @param jobId the deploy job that last changed it
 */
public record DeploymentRow(
    String tenant,
    String name,
    String deploymentId,
    String modelId,
    String model,
    String version,
    String versionId,
    DeploymentState state,
    String problem,
    String jobId,
    Instant createdAt,
    Instant updatedAt) {
  public static final TableDefinition<DeploymentRow> TABLE =
      TableDefinition.of("DEPLOYMENT", DeploymentRow.class, 2, CacheGroup.META);
}
