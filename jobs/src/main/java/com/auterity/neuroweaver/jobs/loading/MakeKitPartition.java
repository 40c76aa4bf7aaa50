package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.automotive.Kit;
import com.auterity.neuroweaver.datasets.automotive.KitDataset;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.PartitionWriter;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.List;

/** Makes the rows of one partition of a kit's dataset on the node that will hold them. */
public final class MakeKitPartition
    implements GridFunction<MakeKitPartition.Request, MakeKitPartition.Made> {
  /**
   * @param rows of the whole dataset; row i belongs into partition i modulo partitions
   */
  public record Request(
      String tenant,
      String versionId,
      String kit,
      String dataset,
      long seed,
      long rows,
      int partition,
      int partitions) {}

  public record Made(List<ChunkInfo> chunks) {}

  @Override
  public Class<Request> inputType() {
    return Request.class;
  }

  @Override
  public Class<Made> outputType() {
    return Made.class;
  }

  @Override
  public Made apply(Request request, NodeContext node) {
    KitDataset dataset = Kit.get(request.kit()).dataset(request.dataset());
    try (PartitionWriter writer =
        new PartitionWriter(
            node.chunks(),
            request.tenant(),
            request.versionId(),
            request.partition(),
            dataset.schema())) {
      for (long row = request.partition(); row < request.rows(); row += request.partitions()) {
        writer.add(dataset.row(request.seed(), row));
      }
      return new Made(writer.finish());
    }
  }
}
