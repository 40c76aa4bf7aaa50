package com.auterity.neuroweaver.jobs.care;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetRetentionRow;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.VersionDisposal;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import com.auterity.neuroweaver.jobs.care.DataUses.TrainedAdapter;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.auterity.neuroweaver.jobs.refinement.AnswerCache;
import com.auterity.neuroweaver.jobs.training.Parameters;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Job {@code retire}: disposes of the versions that the retention of one dataset, or of all, has
 * made due, or of the one version named. A version that a deployed model was trained on, or that a
 * job under way reads, stays.
 */
public final class RetireHandler implements JobHandler {
  private final DatasetCatalog catalog;
  private final VersionDisposal versions;
  private final RecordTable<DatasetRetentionRow> retentions;
  private final DataUses uses;
  private final Clock clock;

  public RetireHandler(
      DatasetCatalog catalog,
      VersionDisposal versions,
      RecordTable<DatasetRetentionRow> retentions,
      DataUses uses,
      Clock clock) {
    this.catalog = catalog;
    this.versions = versions;
    this.retentions = retentions;
    this.uses = uses;
    this.clock = clock;
  }

  /**
   * What is asked for: no dataset means every retention there is.
   *
   * @param dataset a name or dataset id for its retention, or a version
   */
  private record Order(String dataset, boolean dryRun) {
    static Order of(ObjectNode json) {
      Parameters keys = new Parameters("retire", json);
      Order order =
          new Order(keys.optionalText("dataset").orElse(null), keys.flag("dry_run", false));
      keys.refuseUnknown();
      return order;
    }

    boolean namesVersion() {
      return dataset != null && (dataset.contains("@") || dataset.startsWith("dsv_"));
    }
  }

  /** A version that is to go, and why. */
  private record Due(Manifest version, String rule) {}

  @Override
  public String kind() {
    return "retire";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    Order order = Order.of(parameters);
    List<Due> due = due(tenant, order, clock.instant());
    if (order.namesVersion()) {
      Manifest version = due.get(0).version();
      used(tenant, version, "")
          .ifPresent(
              by -> {
                throw new NeuroWeaverException(
                    ErrorKind.CONFLICT,
                    label(version) + " cannot be retired: " + by,
                    Map.of("version_id", version.versionId()));
              });
    }
  }

  @Override
  public ObjectNode run(JobContext context) {
    // What an earlier run of any such job has ended and not cleared.
    versions.removeChunks(context.tenant(), context.chunks());
    Order order = Order.of(context.parameters());
    List<Due> due = order.namesVersion() ? named(context, order) : dueNow(context, order);
    ObjectNode result = context.parameters().objectNode();
    ArrayNode retired = result.putArray("retired");
    ArrayNode kept = result.putArray("kept");
    int done = 0;
    int removed = 0;
    for (Due next : due) {
      context.ensureActive();
      Manifest version = next.version();
      Optional<String> by = used(context.tenant(), version, context.jobId());
      if (by.isPresent()) {
        describe(kept.addObject(), version).put("why", by.get());
      } else {
        if (!order.dryRun()) {
          // Fenced: a run that was overtaken ends nothing.
          context.commit(++done, new byte[0]);
          AnswerCache.forget(context.blobs(), version.datasetId());
          versions.retire(version, next.rule(), context.jobId());
          removed += versions.removeChunks(context.tenant(), context.chunks());
        }
        describe(retired.addObject(), version).put("rule", next.rule());
      }
      context.progress(
          new Progress("retiring", retired.size() + kept.size(), due.size(), "versions", Map.of()));
    }
    result.put("dry_run", order.dryRun());
    result.put("chunks_removed", removed);
    return result;
  }

  private List<Due> dueNow(JobContext context, Order order) {
    return due(context.tenant(), order, clock.instant());
  }

  /** A run after a crash finds the version named gone already: that is what was wanted. */
  private List<Due> named(JobContext context, Order order) {
    return catalog.find(context.tenant(), order.dataset()).isPresent()
        ? dueNow(context, order)
        : List.of();
  }

  private List<Due> due(String tenant, Order order, Instant now) {
    if (order.namesVersion()) {
      return List.of(new Due(catalog.get(tenant, order.dataset()), "asked for by name"));
    }
    if (order.dataset() == null) {
      return retentions.where(Map.of("tenant", tenant)).stream()
          .flatMap(retention -> due(retention, now).stream())
          .toList();
    }
    Manifest newest = catalog.get(tenant, order.dataset());
    return retentions
        .get(tenant, newest.datasetId())
        .map(retention -> due(retention, now))
        .orElseThrow(
            () ->
                NeuroWeaverException.notFound(
                    "dataset "
                        + newest.name()
                        + " has no retention: set one with dataset retention, or name the version"
                        + " to retire ("
                        + label(newest)
                        + ")"));
  }

  private List<Due> due(DatasetRetentionRow retention, Instant now) {
    return retention.due(catalog.versions(retention.tenant(), retention.datasetId()), now).stream()
        .map(version -> new Due(version, retention.rule()))
        .toList();
  }

  /** Why a version must stay, if it must. */
  private Optional<String> used(String tenant, Manifest version, String jobId) {
    List<String> by = new ArrayList<>();
    Set<String> deployments = new TreeSet<>();
    for (TrainedAdapter adapter : uses.adapters(tenant, Set.of(version.versionId()))) {
      deployments.addAll(adapter.deployments());
    }
    if (!deployments.isEmpty()) {
      by.add("deployment " + String.join(", ", deployments) + " serves a model trained on it");
    }
    uses.tables(tenant, Set.of(version.versionId()))
        .forEach(table -> by.add("it is published as SQL table " + table));
    by.addAll(uses.runningJobs(tenant, List.of(version), jobId));
    return by.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", by));
  }

  private static ObjectNode describe(ObjectNode json, Manifest version) {
    return json.put("dataset", version.name())
        .put("version", version.version())
        .put("version_id", version.versionId())
        .put("rows", version.rows())
        .put("bytes", version.bytes())
        .put("created_at", version.createdAt().toString());
  }

  private static String label(Manifest version) {
    return version.name() + "@" + version.version();
  }
}
