package com.auterity.neuroweaver.client;

/** Asks for a dataset to be written to a file; the format is {@code parquet} when null. */
public record ExportRequest(String path, String format) {}
