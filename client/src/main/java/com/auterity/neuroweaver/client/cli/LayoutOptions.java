package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.LoadRequest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
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

  @Mixin private TextOptions text;

  @Option(
      names = "--columns",
      split = ",",
      paramLabel = "NAME[,NAME...]",
      description = "Names of the columns, in the order of the file.")
  private List<String> columns;

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
        text.delimiter(),
        text.quote(),
        text.header(),
        text.encoding(),
        text.records(),
        columns == null
            ? null
            : columns.stream().map(column -> (JsonNode) TextNode.valueOf(column)).toList(),
        text.select(),
        text.maxCell(),
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
