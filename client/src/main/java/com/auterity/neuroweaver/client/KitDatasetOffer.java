package com.auterity.neuroweaver.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A dataset of a kit.
 *
 * @param rows how many are made unless another number is asked for
 * @param sample the first rows of seed 1; a missing value is null
 */
public record KitDatasetOffer(
    String name,
    String summary,
    long rows,
    List<ColumnSpec> columns,
    List<Map<String, Object>> sample) {
  public KitDatasetOffer {
    columns = columns == null ? List.of() : List.copyOf(columns);
    sample =
        sample == null
            ? List.of()
            : sample.stream()
                .map(row -> Collections.unmodifiableMap(new LinkedHashMap<>(row)))
                .toList();
  }
}
