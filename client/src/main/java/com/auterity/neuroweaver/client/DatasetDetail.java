package com.auterity.neuroweaver.client;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All there is to know of one dataset version short of its rows. */
public record DatasetDetail(
    String datasetId,
    String name,
    String versionId,
    int version,
    List<Integer> versions,
    long rows,
    long bytes,
    List<ColumnSpec> schema,
    String partitionBy,
    List<PartitionPlace> partitions,
    Map<String, Long> rowsByNode,
    List<String> parents,
    String jobId,
    Instant createdAt) {
  public DatasetDetail {
    versions = versions == null ? List.of() : List.copyOf(versions);
    schema = schema == null ? List.of() : List.copyOf(schema);
    partitions = partitions == null ? List.of() : List.copyOf(partitions);
    parents = parents == null ? List.of() : List.copyOf(parents);
    rowsByNode =
        rowsByNode == null
            ? Map.of()
            : Collections.unmodifiableMap(new LinkedHashMap<>(rowsByNode));
  }
}
