package com.auterity.neuroweaver.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of a dataset version in the order of their source; a missing value is null.
 *
 * @param cursor gives the next page; null after the last row. A page may have fewer rows than asked
 *     for, even none, and go on all the same.
 */
public record DatasetRowPage(
    String datasetId,
    String versionId,
    List<String> columns,
    List<Map<String, Object>> rows,
    String cursor) {
  public DatasetRowPage {
    columns = columns == null ? List.of() : List.copyOf(columns);
    rows =
        rows == null
            ? List.of()
            : rows.stream()
                .map(row -> Collections.unmodifiableMap(new LinkedHashMap<>(row)))
                .toList();
  }
}
