package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The formats a dataset is loaded from. Text formats may be compressed with gzip or zstd. */
public enum FileFormat {
  /** RFC 4180, or what a sniffed or declared dialect makes of it. */
  CSV,
  /** Tab-separated; a quote is a character like any other. */
  TSV,
  /** One JSON object on each line. */
  JSONL,
  /** A JSON array of objects. */
  JSON,
  /** Apache Parquet; nested columns become JSON text. */
  PARQUET,
  /** Apache Arrow IPC, file or stream. */
  ARROW,
  /** Auto-lead Data Format: one row for each prospect. */
  ADF,
  /** NHTSA's flat file of consumer complaints. */
  NHTSA_COMPLAINTS,
  /** NHTSA's flat file of recalls. */
  NHTSA_RECALLS;

  private static final Map<String, FileFormat> EXTENSIONS =
      Map.ofEntries(
          Map.entry("csv", CSV),
          Map.entry("tsv", TSV),
          Map.entry("tab", TSV),
          Map.entry("jsonl", JSONL),
          Map.entry("ndjson", JSONL),
          Map.entry("json", JSON),
          Map.entry("parquet", PARQUET),
          Map.entry("arrow", ARROW),
          Map.entry("arrows", ARROW),
          Map.entry("feather", ARROW),
          Map.entry("adf", ADF),
          Map.entry("xml", ADF));

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
        "format: \"" + name + "\" is unknown; it is one of " + words());
  }

  /**
   * The format a file's extension means; that of a compression after it does not count.
   *
   * @throws NeuroWeaverException INVALID_INPUT when it means none
   */
  public static FileFormat ofFile(Path file) {
    FileFormat format = byExtension(file);
    if (format == null) {
      throw NeuroWeaverException.invalid(
          "format: cannot be told from the name of " + file + "; say one of " + words());
    }
    return format;
  }

  /** Whether a file's extension means a format. */
  public static boolean isKnown(Path file) {
    return byExtension(file) != null;
  }

  /** All words, for messages. */
  public static String words() {
    return Arrays.stream(values()).map(FileFormat::word).collect(Collectors.joining(", "));
  }

  private static FileFormat byExtension(Path file) {
    String name = file.getFileName() == null ? "" : file.getFileName().toString();
    name = Compressed.withoutExtension(name.toLowerCase(Locale.ROOT));
    int dot = name.lastIndexOf('.');
    return dot < 0 ? null : EXTENSIONS.get(name.substring(dot + 1));
  }

  /** The word in parameters. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether the file is lines of cells. */
  public boolean delimited() {
    return this == CSV || this == TSV || nhtsa();
  }

  /** Whether the file is text, which may be compressed and has an encoding. */
  public boolean text() {
    return this != PARQUET && this != ARROW;
  }

  boolean nhtsa() {
    return this == NHTSA_COMPLAINTS || this == NHTSA_RECALLS;
  }
}
