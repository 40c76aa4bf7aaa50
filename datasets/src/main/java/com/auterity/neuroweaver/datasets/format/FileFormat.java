package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** The formats a dataset is loaded from. */
public enum FileFormat {
  /** RFC 4180. */
  CSV,
  /** Tab-separated; a quote is a character like any other. */
  TSV,
  /** One JSON object on each line. */
  JSONL,
  /** Apache Parquet with flat columns. */
  PARQUET;

  private static final Map<String, FileFormat> EXTENSIONS =
      Map.of(
          "csv", CSV,
          "tsv", TSV,
          "tab", TSV,
          "jsonl", JSONL,
          "ndjson", JSONL,
          "parquet", PARQUET);

  /**
   * @throws NeuroWeaverException INVALID_INPUT naming the formats there are
   */
  public static FileFormat of(String name) {
    for (FileFormat format : values()) {
      if (format.word().equals(name)) {
        return format;
      }
    }
    throw NeuroWeaverException.invalid(
        "format: \"" + name + "\" is unknown; it is one of csv, tsv, jsonl, parquet");
  }

  /**
   * The format a file's extension means.
   *
   * @throws NeuroWeaverException INVALID_INPUT when it means none
   */
  public static FileFormat ofFile(Path file) {
    FileFormat format = byExtension(file);
    if (format == null) {
      throw NeuroWeaverException.invalid(
          "format: cannot be told from the name of "
              + file
              + "; say one of csv, tsv, jsonl, parquet");
    }
    return format;
  }

  /** Whether a file's extension means a format. */
  public static boolean isKnown(Path file) {
    return byExtension(file) != null;
  }

  private static FileFormat byExtension(Path file) {
    String name = file.getFileName() == null ? "" : file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot < 0 ? null : EXTENSIONS.get(name.substring(dot + 1).toLowerCase(Locale.ROOT));
  }

  /** The word in parameters. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean delimited() {
    return this == CSV || this == TSV;
  }
}
