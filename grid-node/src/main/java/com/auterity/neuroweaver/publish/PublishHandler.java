package com.auterity.neuroweaver.publish;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.PartitionCalls;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Job {@code publish}: a dataset version becomes an SQL table, or replaces the one there is. */
public final class PublishHandler implements JobHandler {
  private final PublishedTables tables;
  private final DatasetCatalog datasets;
  private final Clock clock;

  public PublishHandler(PublishedTables tables, DatasetCatalog datasets, Clock clock) {
    this.tables = tables;
    this.datasets = datasets;
    this.clock = clock;
  }

  @Override
  public String kind() {
    return "publish";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    Manifest manifest = datasets.get(tenant, text(parameters, "dataset"));
    tables.checked(tenant, text(parameters, "table"));
    known(parameters, Set.of("dataset", "table"));
    SqlColumns.names(manifest.schema());
  }

  static String text(ObjectNode parameters, String name) {
    JsonNode value = parameters.path(name);
    if (!value.isTextual() || value.textValue().isBlank()) {
      throw NeuroWeaverException.invalid(
          name
              + ": expected text, found "
              + (value.isMissingNode() ? "nothing" : value.toString()));
    }
    return value.textValue();
  }

  static void known(ObjectNode parameters, Set<String> known) {
    parameters
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw NeuroWeaverException.invalid(
                    name + ": unknown parameter; the known ones are " + known);
              }
            });
  }

  @Override
  public ObjectNode run(JobContext context) {
    Manifest manifest =
        context.datasets().get(context.tenant(), text(context.parameters(), "dataset"));
    String table = tables.checked(context.tenant(), text(context.parameters(), "table"));
    context.attribute(manifest.versionId(), null);
    PublishedTables.Draft draft = PublishedTables.Draft.of(table, context.jobId());
    try {
      tables.begin(draft);
      fill(context, manifest, draft);
      context.ensureActive();
      tables.finish(
          draft,
          manifest,
          new PublishedTableRow(
              context.tenant(),
              table,
              manifest.name(),
              manifest.versionId(),
              manifest.rows(),
              draft.cacheName(),
              context.jobId(),
              clock.instant().truncatedTo(ChronoUnit.MICROS)));
    } catch (FencedException e) {
      // The cache is that of the run that took over.
      throw e;
    } catch (RuntimeException e) {
      abandon(context, table, draft, e);
      throw e;
    }
    return JsonNodeFactory.instance
        .objectNode()
        .put("table", table)
        .put("dataset", manifest.name())
        .put("version_id", manifest.versionId())
        .put("version", manifest.version())
        .put("rows", manifest.rows());
  }

  private static void fill(JobContext context, Manifest manifest, PublishedTables.Draft draft) {
    List<Integer> partitions =
        manifest.chunks().stream().map(ChunkInfo::partition).distinct().toList();
    long[] rows = {0};
    PartitionCalls.forEach(
        context,
        partitions,
        PublishPartition.class,
        partition ->
            new PublishPartition.Request(
                context.tenant(),
                manifest.versionId(),
                partition,
                draft.cacheName(),
                draft.keyType(),
                draft.valueType()),
        (partition, written) -> {
          rows[0] += written.rows();
          context.progress(new Progress("publishing", rows[0], manifest.rows(), "rows", Map.of()));
        });
    if (rows[0] != manifest.rows()) {
      throw new NeuroWeaverException(
          ErrorKind.CORRUPT,
          "wrote " + rows[0] + " rows of " + manifest.rows() + " into " + draft.cacheName());
    }
  }

  private void abandon(
      JobContext context, String table, PublishedTables.Draft draft, RuntimeException failure) {
    try {
      boolean published =
          tables
              .find(context.tenant(), table)
              .filter(row -> row.cacheName().equals(draft.cacheName()))
              .isPresent();
      if (!published) {
        tables.abandon(draft);
      }
    } catch (RuntimeException e) {
      // The garbage collector will find it; what failed first is what the user must see.
      failure.addSuppressed(e);
    }
  }
}
