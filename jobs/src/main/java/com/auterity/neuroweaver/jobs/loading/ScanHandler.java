package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.PartitionCalls;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Job {@code scan}: every chunk of a dataset version is read on a node that holds it, checked
 * against its checksum and decoded. The result has rows, stored bytes and a hash of the content,
 * which two versions share exactly when they have the same rows. A damaged chunk fails the job with
 * its key.
 */
public final class ScanHandler implements JobHandler {
  private static final Set<String> KNOWN = Set.of("dataset");

  private final DatasetCatalog datasets;

  public ScanHandler(DatasetCatalog datasets) {
    this.datasets = datasets;
  }

  @Override
  public String kind() {
    return "scan";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    datasets.get(tenant, dataset(parameters));
  }

  private static String dataset(ObjectNode parameters) {
    return new Fields("", parameters, KNOWN).text("dataset");
  }

  @Override
  public ObjectNode run(JobContext context) {
    Manifest manifest = context.datasets().get(context.tenant(), dataset(context.parameters()));
    context.attribute(manifest.versionId(), null);
    List<Integer> partitions =
        manifest.chunks().stream().map(ChunkInfo::partition).distinct().toList();
    long[] sums = new long[4];
    int[] done = {0};
    PartitionCalls.forEach(
        context,
        partitions,
        ScanPartition.class,
        partition -> new ScanPartition.Request(context.tenant(), manifest.versionId(), partition),
        (partition, scanned) -> {
          sums[0] += scanned.rows();
          sums[1] += scanned.bytes();
          sums[2] += scanned.chunks();
          sums[3] += scanned.hash();
          context.progress(
              new Progress("scanning", ++done[0], partitions.size(), "partitions", Map.of()));
        });
    return JsonNodeFactory.instance
        .objectNode()
        .put("dataset", manifest.name())
        .put("dataset_id", manifest.datasetId())
        .put("version_id", manifest.versionId())
        .put("version", manifest.version())
        .put("rows", sums[0])
        .put("bytes", sums[1])
        .put("chunks", sums[2])
        .put("content_hash", "%016x".formatted(sums[3]));
  }
}
