package com.auterity.neuroweaver.client.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** How a file is laid out and what of it is kept, where the file does not tell. */
final class TextOptions {
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

  String delimiter() {
    return delimiter == null ? null : delimiter.replace("\\t", "\t");
  }

  Boolean header() {
    return header;
  }

  Boolean quote() {
    return quote;
  }

  String encoding() {
    return encoding;
  }

  String records() {
    return records;
  }

  List<String> select() {
    return select;
  }

  Integer maxCell() {
    return maxCell;
  }
}
