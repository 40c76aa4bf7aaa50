package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.LoadRequest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which files to read and how: for commands that load or inspect them. */
public final class LayoutOptions {
  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "Files, folders and globs (in quotes); all of them become one version.")
  private List<String> files;

  @Option(
      names = "--format",
      description =
          "csv, tsv, jsonl, json, parquet, arrow, adf, nhtsa_complaints or nhtsa_recalls"
              + " (default: by the ending; .gz and .zst after it do not count).")
  private String format;

  @Option(
      names = "--schema",
      paramLabel = "FILE",
      description = "YAML file with layout and columns, as dataset inspect prints it.")
  private Path schema;

  @Option(
      names = "--delimiter",
      description = "One character that parts the columns (default: told from the file).")
  private String delimiter;

  @Option(
      names = "--header",
      negatable = true,
      description = "Whether the first line names the columns (default: told from the file).")
  private Boolean header;

  @Option(
      names = "--quote",
      negatable = true,
      description = "Whether fields may stand in double quotes (default: told from the file).")
  private Boolean quote;

  @Option(
      names = "--encoding",
      description = "Of a text file, such as windows-1252 (default: UTF-8, or by its first bytes).")
  private String encoding;

  @Option(
      names = "--records",
      paramLabel = "POINTER",
      description = "Where the array of rows is in a JSON file, such as /content/Results.")
  private String records;

  @Option(
      names = "--columns",
      split = ",",
      paramLabel = "NAME[,NAME...]",
      description = "Names of the columns, in the order of the file.")
  private List<String> columns;

  @Option(
      names = "--select",
      split = ",",
      paramLabel = "NAME[,NAME...]",
      description = "Keep only these columns, in this order.")
  private List<String> select;

  @Option(
      names = "--max-cell",
      paramLabel = "CHARACTERS",
      description = "Reject rows with a longer text (default: 1048576).")
  private Integer maxCell;

  List<String> files() {
    return files;
  }

  /** The request for these files; what only a load knows is null. */
  public LoadRequest request(String name) {
    return request(name, null, null, null, null, null, null);
  }

  LoadRequest request(
      String name,
      Path rejects,
      List<String> evolve,
      Map<String, String> rename,
      String partitionBy,
      String key,
      Boolean once) {
    List<String> paths = files.stream().map(file -> absolute(Path.of(file))).toList();
    return new LoadRequest(
        name,
        paths.size() == 1 ? paths.get(0) : null,
        paths.size() == 1 ? null : paths,
        schema == null ? null : absolute(schema),
        format,
        delimiter == null ? null : delimiter.replace("\\t", "\t"),
        quote,
        header,
        encoding,
        records,
        columns == null
            ? null
            : columns.stream().map(column -> (JsonNode) TextNode.valueOf(column)).toList(),
        select,
        maxCell,
        rejects == null ? null : absolute(rejects),
        evolve,
        rename,
        partitionBy,
        key,
        once);
  }

  private static String absolute(Path path) {
    return path.toAbsolutePath().normalize().toString();
  }
}
