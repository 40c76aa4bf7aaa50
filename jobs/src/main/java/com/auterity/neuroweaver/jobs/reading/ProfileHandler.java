package com.auterity.neuroweaver.jobs.reading;

import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetProfile;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.PartitionCalls;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.auterity.neuroweaver.jobs.training.Parameters;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Job {@code profile}: the figures of a dataset version's columns. Each partition is read once and
 * its profile kept, so that asking again reads nothing, a refinement of the version does not take
 * it again, and a job that is taken up again reads only what is left.
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
    catalog.get(tenant, dataset(parameters));
  }

  private static String dataset(ObjectNode parameters) {
    Parameters keys = new Parameters("profile", parameters);
    String dataset = keys.text("dataset");
    keys.refuseUnknown();
    return dataset;
  }

  @Override
  public ObjectNode run(JobContext context) {
    Manifest version = context.datasets().get(context.tenant(), dataset(context.parameters()));
    context.attribute(version.versionId(), null);
    List<Integer> partitions =
        IntStream.range(0, version.partitions())
            .filter(partition -> !version.chunksOf(partition).isEmpty())
            .boxed()
            .toList();
    DatasetProfile whole = DatasetProfile.of(version.schema());
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
          context.progress(
              new Progress("profiling", whole.rows(), version.rows(), "rows", Map.of()));
        });
    ObjectNode result = context.parameters().objectNode();
    result.put("dataset", version.name());
    result.put("version_id", version.versionId());
    result.put("version", version.version());
    result.put("rows_read", whole.rows() - kept[0]);
    result.put("rows_from_kept_profiles", kept[0]);
    result.set("profile", whole.toJson());
    return result;
  }
}
