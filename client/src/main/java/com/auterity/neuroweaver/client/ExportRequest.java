package com.auterity.neuroweaver.client;

/**
 * Asks for a dataset to be written to a file.
 *
 * @param format parquet, arrow, csv or jsonl; null for what the file's ending means, else parquet
 * @param compression null for the usual one of the format
 */
public record ExportRequest(String path, String format, String compression) {
  public ExportRequest(String path, String format) {
    this(path, format, null);
  }
}
