package com.auterity.neuroweaver.publish;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.Ignition;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryObjectBuilder;

/** Writes the rows of one partition into a table's cache, where they lie already. */
public final class PublishPartition
    implements GridFunction<PublishPartition.Request, PublishPartition.Written> {
  private static final int BATCH = 1_000;

  public record Request(
      String tenant,
      String versionId,
      int partition,
      String cacheName,
      String keyType,
      String valueType) {}

  public record Written(long rows) {}

  @Override
  public Class<Request> inputType() {
    return Request.class;
  }

  @Override
  public Class<Written> outputType() {
    return Written.class;
  }

  @Override
  public Written apply(Request request, NodeContext node) {
    Ignite ignite = Ignition.ignite(node.nodeName());
    IgniteCache<BinaryObject, BinaryObject> cache =
        ignite.<BinaryObject, BinaryObject>cache(request.cacheName()).withKeepBinary();
    Manifest manifest = node.datasets().get(request.tenant(), request.versionId());
    DatasetReader reader = new DatasetReader(node.datasets(), node.chunks());
    Schema schema = manifest.schema();
    List<String> names = List.copyOf(SqlColumns.names(schema).values());
    long rows = 0;
    Map<BinaryObject, BinaryObject> batch = new LinkedHashMap<>();
    for (ChunkInfo chunk : manifest.chunksOf(request.partition())) {
      RowBatch chunkRows = reader.batch(manifest, chunk);
      for (int r = 0; r < chunkRows.rows(); r++) {
        Row row = chunkRows.row(r);
        batch.put(
            PublishedTables.key(ignite, request.keyType(), request.partition(), row.ordinal()),
            value(ignite, request.valueType(), schema, names, row));
        if (batch.size() == BATCH) {
          cache.putAll(batch);
          batch.clear();
        }
      }
      rows += chunkRows.rows();
    }
    cache.putAll(batch);
    return new Written(rows);
  }

  @SuppressWarnings("unchecked")
  private static BinaryObject value(
      Ignite ignite, String type, Schema schema, List<String> names, Row row) {
    BinaryObjectBuilder builder = ignite.binary().builder(type);
    for (int c = 0; c < names.size(); c++) {
      builder.setField(
          names.get(c),
          SqlColumns.value(row.get(c)),
          (Class<Object>) SqlColumns.type(schema.columns().get(c).type()));
    }
    return builder.build();
  }
}
