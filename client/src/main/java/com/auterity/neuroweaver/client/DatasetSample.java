package com.auterity.neuroweaver.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The first rows of a dataset version in the order of their source; a missing value is null. */
public record DatasetSample(
    String datasetId, String versionId, List<String> columns, List<Map<String, Object>> rows) {
  public DatasetSample {
    columns = columns == null ? List.of() : List.copyOf(columns);
    rows =
        rows == null
            ? List.of()
            : rows.stream()
                .map(row -> Collections.unmodifiableMap(new LinkedHashMap<>(row)))
                .toList();
  }
}
