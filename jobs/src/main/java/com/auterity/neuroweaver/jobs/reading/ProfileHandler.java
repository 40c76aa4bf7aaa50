package com.auterity.neuroweaver.jobs.reading;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetProfile;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.PartitionCalls;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.auterity.neuroweaver.jobs.training.Parameters;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Job {@code profile}: the figures of a dataset version's columns, or of several versions together
 * ({@code with}). Each partition is read once and its profile kept, so that asking again reads
 * nothing, what is profiled with a new delivery costs only that delivery, a refinement of the
 * version does not take its profile again, and a job that is taken up again reads only what is
 * left.
 */
public final class ProfileHandler implements JobHandler {
  private final DatasetCatalog catalog;

  public ProfileHandler(DatasetCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public String kind() {
    return "profile";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    versions(tenant, parameters);
  }

  /** The version first, then those it is profiled with; all of the same columns. */
  private List<Manifest> versions(String tenant, ObjectNode parameters) {
    Parameters keys = new Parameters("profile", parameters);
    List<String> references = new ArrayList<>(List.of(keys.text("dataset")));
    references.addAll(keys.texts("with", List.of()));
    keys.refuseUnknown();
    List<Manifest> versions = new ArrayList<>();
    for (String reference : references) {
      Manifest version = catalog.get(tenant, reference);
      if (versions.stream().anyMatch(other -> other.versionId().equals(version.versionId()))) {
        throw NeuroWeaverException.invalid(
            "profile: with names %s, version %d of %s, twice"
                .formatted(reference, version.version(), version.name()));
      }
      versions.add(version);
      String difference = DatasetProfile.difference(versions.get(0).schema(), version.schema());
      if (difference != null) {
        throw NeuroWeaverException.invalid(
            "profile: with names %s, which cannot be counted with %s: %s; right would be a dataset"
                    .formatted(reference, references.get(0), difference)
                + " of the same columns and types");
      }
    }
    return versions;
  }

  @Override
  public ObjectNode run(JobContext context) {
    List<Manifest> versions = versions(context.tenant(), context.parameters());
    Manifest first = versions.get(0);
    context.attribute(first.versionId(), null);
    DatasetProfile whole = DatasetProfile.of(first.schema());
    long rows = versions.stream().mapToLong(Manifest::rows).sum();
    ObjectNode result = context.parameters().objectNode();
    result.put("dataset", first.name());
    result.put("version_id", first.versionId());
    result.put("version", first.version());
    ArrayNode profiled = result.putArray("versions");
    long kept = 0;
    for (Manifest version : versions) {
      long of = profile(context, version, whole, rows);
      kept += of;
      profiled
          .addObject()
          .put("dataset", version.name())
          .put("version", version.version())
          .put("version_id", version.versionId())
          .put("rows_read", version.rows() - of)
          .put("rows_from_kept_profiles", of);
    }
    result.put("rows_read", whole.rows() - kept);
    result.put("rows_from_kept_profiles", kept);
    result.set("profile", whole.toJson());
    return result;
  }

  /** Takes a version into the profile of all; how many rows of it were profiled before. */
  private static long profile(
      JobContext context, Manifest version, DatasetProfile whole, long rows) {
    List<Integer> partitions =
        IntStream.range(0, version.partitions())
            .filter(partition -> !version.chunksOf(partition).isEmpty())
            .boxed()
            .toList();
    long[] kept = {0};
    PartitionCalls.forEach(
        context,
        partitions,
        ProfilePartition.class,
        partition ->
            new ProfilePartition.Question(context.tenant(), version.versionId(), partition),
        (partition, answer) -> {
          DatasetProfile part = DatasetProfile.ofBytes(answer.profile());
          whole.merge(part);
          kept[0] += answer.kept() ? part.rows() : 0;
          context.progress(new Progress("profiling", whole.rows(), rows, "rows", Map.of()));
        });
    return kept[0];
  }
}
