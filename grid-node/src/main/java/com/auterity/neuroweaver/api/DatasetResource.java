package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.ColumnSpec;
import com.auterity.neuroweaver.client.Dataset;
import com.auterity.neuroweaver.client.DatasetDetail;
import com.auterity.neuroweaver.client.DatasetSample;
import com.auterity.neuroweaver.client.ExportRequest;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.LoadRequest;
import com.auterity.neuroweaver.client.Page;
import com.auterity.neuroweaver.client.PartitionPlace;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** Datasets over HTTP. */
final class DatasetResource {
  private final DatasetCatalog catalog;
  private final DatasetRows rows;
  private final IntFunction<List<String>> owners;
  private final Jobs jobs;
  private final JsonMapper mapper;

  DatasetResource(
      DatasetCatalog catalog,
      DatasetRows rows,
      IntFunction<List<String>> owners,
      Jobs jobs,
      JsonMapper mapper) {
    this.catalog = catalog;
    this.rows = rows;
    this.owners = owners;
    this.jobs = jobs;
    this.mapper = mapper;
  }

  List<Route<?, ?>> routes() {
    return List.of(
        Route.page("/datasets", "The newest version of each dataset.", Dataset.class, this::list)
            .paged(),
        Route.post(
            "/datasets",
            "Load a file as a new dataset version.",
            LoadRequest.class,
            Job.class,
            202,
            this::load),
        Route.get(
            "/datasets/{dataset_id}",
            "A dataset version, by id, version id, name or name@version.",
            DatasetDetail.class,
            call -> detail(call.tenant(), manifest(call))),
        Route.get(
                "/datasets/{dataset_id}/sample",
                "The first rows in source order.",
                DatasetSample.class,
                this::sample)
            .query(
                "limit",
                Route.Query.Type.INTEGER,
                "At most so many rows, 1 to 1000; 50 when left out."),
        Route.post(
            "/datasets/{dataset_id}/export",
            "Write a dataset version to a file.",
            ExportRequest.class,
            Job.class,
            202,
            this::export),
        Route.post(
            "/datasets/{dataset_id}/scan",
            "Read and verify every chunk where it lies; the result has a hash of the content.",
            Void.class,
            Job.class,
            202,
            this::scan));
  }

  private Page<Dataset> list(Call call) {
    List<Manifest> all = catalog.list(call.tenant());
    List<Dataset> page =
        all.stream()
            .skip(call.offset())
            .limit(call.limit())
            .map(
                m ->
                    new Dataset(
                        m.datasetId(),
                        m.name(),
                        m.versionId(),
                        m.version(),
                        m.rows(),
                        m.bytes(),
                        m.schema().columns().size(),
                        m.createdAt()))
            .toList();
    return Page.of(page, all.size(), call.limit(), call.offset());
  }

  private Job load(Call call, LoadRequest body) {
    ObjectNode parameters = mapper.valueToTree(body);
    return jobs.submit(call.tenant(), "load", parameters, call.idempotencyKey(), null);
  }

  private Job export(Call call, ExportRequest body) {
    ObjectNode parameters = mapper.valueToTree(body);
    parameters.put("dataset", manifest(call).versionId());
    return jobs.submit(call.tenant(), "export", parameters, call.idempotencyKey(), null);
  }

  private Job scan(Call call, Void none) {
    ObjectNode parameters = mapper.createObjectNode().put("dataset", manifest(call).versionId());
    return jobs.submit(call.tenant(), "scan", parameters, call.idempotencyKey(), null);
  }

  private Manifest manifest(Call call) {
    return catalog.get(call.tenant(), call.path("dataset_id"));
  }

  private DatasetSample sample(Call call) {
    Manifest manifest = manifest(call);
    List<String> names = manifest.schema().names();
    List<Map<String, Object>> maps = new ArrayList<>();
    for (Row row : rows.first(manifest, call.limit())) {
      Map<String, Object> map = new LinkedHashMap<>();
      for (int i = 0; i < names.size(); i++) {
        map.put(names.get(i), row.get(i));
      }
      maps.add(map);
    }
    return new DatasetSample(manifest.datasetId(), manifest.versionId(), names, maps);
  }

  private DatasetDetail detail(String tenant, Manifest m) {
    List<PartitionPlace> places = new ArrayList<>();
    Map<String, Long> rowsByNode = new TreeMap<>();
    for (int p = 0; p < m.partitions(); p++) {
      List<ChunkInfo> chunks = m.chunksOf(p);
      long partitionRows = chunks.stream().mapToLong(ChunkInfo::rows).sum();
      List<String> nodes = owners.apply(p);
      long bytes = chunks.stream().mapToLong(ChunkInfo::bytes).sum();
      places.add(new PartitionPlace(p, partitionRows, bytes, chunks.size(), nodes));
      rowsByNode.merge(nodes.get(0), partitionRows, Long::sum);
    }
    return new DatasetDetail(
        m.datasetId(),
        m.name(),
        m.versionId(),
        m.version(),
        catalog.versions(tenant, m.datasetId()).stream().map(Manifest::version).toList(),
        m.rows(),
        m.bytes(),
        m.schema().columns().stream().map(DatasetResource::column).toList(),
        m.partitionBy(),
        places,
        rowsByNode,
        m.parents(),
        m.jobId(),
        m.createdAt());
  }

  static ColumnSpec column(Column column) {
    return new ColumnSpec(
        column.name(),
        column.type().name().toLowerCase(Locale.ROOT),
        column.semantic().name().toLowerCase(Locale.ROOT),
        column.nullable());
  }
}
