package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.client.Deployment;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** The deployments' state machine: every transition is one compare-and-set of the row. */
public final class Deployments {
  private final RecordTable<DeploymentRow> table;
  private final UnaryOperator<String> ids;
  private final Clock clock;

  /**
   * @param ids makes a new id from its kind: {@code dep} gives {@code dep_...}
   */
  public Deployments(RecordTable<DeploymentRow> table, UnaryOperator<String> ids, Clock clock) {
    this.table = table;
    this.ids = ids;
    this.clock = clock;
  }

  /** Deployments that are not removed, by name. */
  public List<Deployment> list(String tenant) {
    return table.where(Map.of("tenant", tenant)).stream()
        .filter(row -> row.state() != DeploymentState.REMOVED)
        .map(Deployments::wire)
        .toList();
  }

  /** Whether a deployment of that name is there, in whatever state but REMOVED. */
  public boolean exists(String tenant, String name) {
    return table
        .get(tenant, name)
        .filter(row -> row.state() != DeploymentState.REMOVED)
        .isPresent();
  }

  /** The deployment of that name if it serves; NOT_FOUND, or CONFLICT naming its state. */
  DeploymentRow ready(String tenant, String name) {
    DeploymentRow row =
        table
            .get(tenant, name)
            .filter(found -> found.state() != DeploymentState.REMOVED)
            .orElseThrow(() -> none(tenant, name));
    if (row.state() != DeploymentState.READY) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "deployment "
              + name
              + " is "
              + row.state()
              + (row.problem() == null ? "" : ": " + row.problem()),
          Map.of("deployment", name, "state", row.state().name()));
    }
    return row;
  }

  /**
   * Begins to deploy a version on behalf of a job. A deployment that serves goes on serving its
   * version until {@link #ready}; any other is LOADING from now on.
   *
   * @throws NeuroWeaverException CONFLICT while another job loads it
   */
  DeploymentRow begin(String tenant, String name, ModelVersionRow version, String jobId) {
    NewVersion.requireName("deployment name", name);
    Instant now = now();
    DeploymentRow loading =
        new DeploymentRow(
            tenant,
            name,
            ids.apply("dep"),
            version.modelId(),
            version.name(),
            version.version(),
            version.versionId(),
            DeploymentState.LOADING,
            null,
            jobId,
            now,
            now);
    if (table.insert(loading)) {
      return loading;
    }
    return table
        .update(
            row -> {
              if (row.state() == DeploymentState.READY) {
                return row;
              }
              if (row.state() == DeploymentState.LOADING && !Objects.equals(row.jobId(), jobId)) {
                throw new NeuroWeaverException(
                    ErrorKind.CONFLICT,
                    "deployment " + name + " is being loaded by job " + row.jobId(),
                    Map.of("deployment", name, "job_id", row.jobId()));
              }
              return serving(row, version, DeploymentState.LOADING, jobId);
            },
            tenant,
            name)
        .orElseThrow();
  }

  /** The version is on every node: from now on it answers. */
  DeploymentRow ready(String tenant, String name, ModelVersionRow version, String jobId) {
    return table
        .update(
            row -> {
              if (row.state() == DeploymentState.LOADING && !Objects.equals(row.jobId(), jobId)) {
                throw new NeuroWeaverException(
                    ErrorKind.CONFLICT,
                    "deployment " + name + " was taken over by job " + row.jobId());
              }
              return serving(row, version, DeploymentState.READY, jobId);
            },
            tenant,
            name)
        .orElseThrow(() -> none(tenant, name));
  }

  /** The job could not load it; a deployment that serves an older version goes on serving it. */
  void failed(String tenant, String name, String jobId, String problem) {
    table.update(
        row ->
            row.state() == DeploymentState.LOADING && Objects.equals(row.jobId(), jobId)
                ? changed(row, DeploymentState.FAILED, problem)
                : row,
        tenant,
        name);
  }

  /** Stops serving under the name; NOT_FOUND when nothing does. */
  public Deployment undeploy(String tenant, String name) {
    return table
        .update(
            row -> {
              if (row.state() == DeploymentState.REMOVED) {
                throw none(tenant, name);
              }
              return changed(row, DeploymentState.REMOVED, null);
            },
            tenant,
            name)
        .map(Deployments::wire)
        .orElseThrow(() -> none(tenant, name));
  }

  private DeploymentRow serving(
      DeploymentRow row, ModelVersionRow version, DeploymentState next, String jobId) {
    row.state().require(row.name(), next);
    return new DeploymentRow(
        row.tenant(),
        row.name(),
        row.deploymentId(),
        version.modelId(),
        version.name(),
        version.version(),
        version.versionId(),
        next,
        null,
        jobId,
        row.createdAt(),
        now());
  }

  private DeploymentRow changed(DeploymentRow row, DeploymentState next, String problem) {
    row.state().require(row.name(), next);
    return new DeploymentRow(
        row.tenant(),
        row.name(),
        row.deploymentId(),
        row.modelId(),
        row.model(),
        row.version(),
        row.versionId(),
        next,
        problem,
        row.jobId(),
        row.createdAt(),
        now());
  }

  private NeuroWeaverException none(String tenant, String name) {
    List<String> names = list(tenant).stream().map(Deployment::name).toList();
    return NeuroWeaverException.notFound(
        "there is no deployment '"
            + name
            + "'; "
            + (names.isEmpty() ? "nothing is deployed yet" : "deployed are " + names));
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  static Deployment wire(DeploymentRow row) {
    return new Deployment(
        row.deploymentId(),
        row.name(),
        row.modelId(),
        row.model(),
        row.version(),
        row.versionId(),
        row.state().name(),
        row.createdAt());
  }
}
