package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.LocalGrid;
import com.auterity.neuroweaver.jobs.grid.StoredRows;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Refinements of datasets in this process. Stages are written with single quotes. */
final class RefineJobs implements AutoCloseable {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
          .build();

  final MemoryDatasetCatalog catalog;
  final MemoryChunkStore chunks = new MemoryChunkStore();
  final LocalGrid grid;
  final RefineHandler handler;

  RefineJobs(int partitions) {
    this(partitions, null);
  }

  /**
   * @param blobs null for none
   */
  RefineJobs(int partitions, BlobStore blobs) {
    catalog = new MemoryDatasetCatalog(partitions);
    grid = new LocalGrid(catalog, chunks);
    grid.blobs = blobs;
    handler = new RefineHandler(catalog);
  }

  @Override
  public void close() {
    grid.close();
  }

  void store(String name, Schema schema, String partitionBy, List<Row> rows) {
    StoredRows.store(catalog, chunks, name, schema, partitionBy, rows);
  }

  static ObjectNode parameters(String dataset, String as, String stages) {
    ObjectNode parameters = JSON.createObjectNode();
    parameters.put("dataset", dataset).put("as", as);
    try {
      parameters.set("stages", JSON.readTree(stages));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
    return parameters;
  }

  LocalJob job(String id, String dataset, String as, String stages) {
    ObjectNode parameters = parameters(dataset, as, stages);
    handler.validate("default", parameters);
    return new LocalJob(id, catalog, chunks, grid, parameters);
  }

  ObjectNode refine(String dataset, String as, String stages) {
    return handler.run(job("job_" + as, dataset, as, stages));
  }

  String datasetId(String name) {
    return catalog.get("default", name).datasetId();
  }

  Schema schema(String name) {
    return catalog.get("default", name).schema();
  }

  /** In the order of ordinals. */
  List<Row> read(String name) {
    return StoredRows.read(catalog, chunks, name);
  }

  List<Row> partition(String name, int partition) {
    List<Row> rows = new ArrayList<>();
    new DatasetReader(catalog, chunks)
        .partitionRows(catalog.get("default", name), partition)
        .forEachRemaining(rows::add);
    return rows;
  }

  List<String> checksums(String name) {
    return StoredRows.checksums(catalog, name);
  }

  static String text(Schema schema, Row row, String column) {
    return row.text(schema.indexOf(column).orElseThrow());
  }
}
