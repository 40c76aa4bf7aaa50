package com.auterity.neuroweaver.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Asks for a file, as the grid's nodes see its path, to become a dataset. {@code columns} are names
 * or {@link ColumnSpec}s.
 */
public record LoadRequest(
    String name,
    String path,
    String format,
    String delimiter,
    Boolean quote,
    Boolean header,
    List<JsonNode> columns,
    String partitionBy) {
  public LoadRequest {
    columns = columns == null ? null : List.copyOf(columns);
  }

  public static LoadRequest of(String name, String path) {
    return new LoadRequest(name, path, null, null, null, null, null, null);
  }
}
