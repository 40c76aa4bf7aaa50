package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;

/** Reads every chunk of one partition where it lies: checks its checksum, decodes its rows. */
public final class ScanPartition
    implements GridFunction<ScanPartition.Request, ScanPartition.Scanned> {
  public record Request(String tenant, String versionId, int partition) {}

  /**
   * @param bytes of the chunks as they are stored
   * @param hash sum of the rows' {@link RowHash}
   */
  public record Scanned(long rows, long bytes, int chunks, long hash) {}

  @Override
  public Class<Request> inputType() {
    return Request.class;
  }

  @Override
  public Class<Scanned> outputType() {
    return Scanned.class;
  }

  @Override
  public Scanned apply(Request request, NodeContext node) {
    Manifest manifest = node.datasets().get(request.tenant(), request.versionId());
    DatasetReader reader = new DatasetReader(node.datasets(), node.chunks());
    long rows = 0;
    long bytes = 0;
    int chunks = 0;
    long hash = 0;
    for (ChunkInfo chunk : manifest.chunksOf(request.partition())) {
      RowBatch batch = reader.batch(manifest, chunk);
      hash += RowHash.sum(batch);
      rows += batch.rows();
      bytes += chunk.bytes();
      chunks++;
    }
    return new Scanned(rows, bytes, chunks, hash);
  }
}
