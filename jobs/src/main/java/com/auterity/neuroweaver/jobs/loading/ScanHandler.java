package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

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

  private record Returned(ScanPartition.Scanned scanned, Throwable problem) {}

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
  public ObjectNode run(JobContext context) throws Exception {
    Manifest manifest = context.datasets().get(context.tenant(), dataset(context.parameters()));
    context.attribute(manifest.versionId(), null);
    List<Integer> partitions =
        manifest.chunks().stream().map(ChunkInfo::partition).distinct().toList();
    BlockingQueue<Returned> returned = new LinkedBlockingQueue<>();
    for (int partition : partitions) {
      context
          .grid()
          .callOwner(
              partition,
              ScanPartition.class,
              new ScanPartition.Request(context.tenant(), manifest.versionId(), partition))
          .whenComplete((scanned, problem) -> returned.add(new Returned(scanned, problem)));
    }
    long rows = 0;
    long bytes = 0;
    long chunks = 0;
    long hash = 0;
    for (int done = 0; done < partitions.size(); ) {
      context.ensureActive();
      Returned next = returned.poll(200, TimeUnit.MILLISECONDS);
      if (next == null) {
        continue;
      }
      if (next.problem() != null) {
        throw cause(next.problem());
      }
      rows += next.scanned().rows();
      bytes += next.scanned().bytes();
      chunks += next.scanned().chunks();
      hash += next.scanned().hash();
      done++;
      context.progress(new Progress("scanning", done, partitions.size(), "partitions", Map.of()));
    }
    return JsonNodeFactory.instance
        .objectNode()
        .put("dataset", manifest.name())
        .put("dataset_id", manifest.datasetId())
        .put("version_id", manifest.versionId())
        .put("version", manifest.version())
        .put("rows", rows)
        .put("bytes", bytes)
        .put("chunks", chunks)
        .put("content_hash", "%016x".formatted(hash));
  }

  private static Exception cause(Throwable problem) {
    Throwable cause =
        problem instanceof CompletionException && problem.getCause() != null
            ? problem.getCause()
            : problem;
    return cause instanceof NeuroWeaverException known ? known : new IllegalStateException(cause);
  }
}
