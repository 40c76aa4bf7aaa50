package com.auterity.neuroweaver.jobs.reading;

import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.DatasetWriter;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.Partitioning;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.List;

/**
 * Sends the rows of one partition to where the hash of their key says, as chunks of an id that is
 * no version. Making them again overwrites the same bytes.
 */
public final class ExchangePartition
    implements GridFunction<ExchangePartition.Request, ExchangePartition.Sent> {
  public record Request(
      String tenant, String versionId, int partition, String key, String exchangeId) {}

  public record Sent(List<ChunkInfo> chunks) {}

  @Override
  public Class<Request> inputType() {
    return Request.class;
  }

  @Override
  public Class<Sent> outputType() {
    return Sent.class;
  }

  @Override
  public Sent apply(Request request, NodeContext node) {
    Manifest manifest = node.datasets().get(request.tenant(), request.versionId());
    DatasetReader reader = new DatasetReader(node.datasets(), node.chunks());
    try (DatasetWriter writer =
        new DatasetWriter(
            node.chunks(),
            request.tenant(),
            request.exchangeId(),
            manifest.schema(),
            Partitioning.by(manifest.schema(), request.key(), manifest.partitions()))) {
      for (ChunkInfo chunk : manifest.chunksOf(request.partition())) {
        writer.add(reader.batch(manifest, chunk));
      }
      return new Sent(writer.finish());
    }
  }
}
