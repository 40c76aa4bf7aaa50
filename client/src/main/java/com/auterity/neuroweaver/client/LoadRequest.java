package com.auterity.neuroweaver.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * Asks for files, as the grid's nodes see their paths, to become a new version of a dataset. Every
 * field but the name and one of {@code path} and {@code paths} may be null.
 *
 * @param path a file, folder or glob
 * @param paths several of them
 * @param schema a YAML file with layout and columns, instead of saying them here
 * @param records JSON pointer to the array of rows in a JSON file
 * @param columns names or {@link ColumnSpec}s
 * @param select the columns to keep
 * @param maxCell the longest text of a cell, in characters
 * @param rejects a file that takes the rejected rows
 * @param evolve which differences to the newest version are allowed: add, drop, widen
 * @param key by which the grid knows this load again: a second one gives the first one's version
 * @param once whether the files' content is that key
 * @param rename new names of columns by those of the newest version
 */
public record LoadRequest(
    String name,
    String path,
    List<String> paths,
    String schema,
    String format,
    String delimiter,
    Boolean quote,
    Boolean header,
    String encoding,
    String records,
    List<JsonNode> columns,
    List<String> select,
    Integer maxCell,
    String rejects,
    List<String> evolve,
    Map<String, String> rename,
    String partitionBy,
    String key,
    Boolean once) {
  public LoadRequest {
    paths = paths == null ? null : List.copyOf(paths);
    columns = columns == null ? null : List.copyOf(columns);
    select = select == null ? null : List.copyOf(select);
    evolve = evolve == null ? null : List.copyOf(evolve);
    rename = rename == null ? null : Map.copyOf(rename);
  }

  public static LoadRequest of(String name, String path) {
    return new LoadRequest(
        name, path, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null, null, null);
  }
}
