package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.bench.SourceFiles.Source;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** DuckDB's side of {@code ingest}: one process that reads files and writes them again. */
final class DuckDb implements AutoCloseable {
  static final String NAME = "DuckDB (duckdb_jdbc 1.5.6.0)";
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Ways of writing that are tried: keeping the rows' order costs it memory and time. */
  static final List<Settings> SETTINGS =
      List.of(
          new Settings(true, 122_880),
          new Settings(false, 122_880),
          new Settings(true, 491_520),
          new Settings(false, 491_520));

  private final PeerProcess process;
  private final Path target;

  /** How it writes; threads are as many as there are cores. */
  record Settings(
      @JsonProperty("preserve_insertion_order") boolean ordered,
      @JsonProperty("row_group_size") int rowGroupSize) {}

  /** What a rewrite took. */
  record Rewritten(double seconds, long bytes) {}

  DuckDb(String classpath, Path folder, int threads) throws InterruptedException {
    process =
        PeerProcess.start(
            "duckdb",
            classpath,
            "com.auterity.neuroweaver.bench.duckdb.DuckDbPeer",
            List.of("-Xmx256m"),
            Map.of());
    target = folder.resolve("duckdb.parquet");
    try {
      process.ask(
          Map.of("op", "open", "threads", threads, "scratch", folder.resolve("duckdb").toString()),
          PATIENCE);
    } catch (RuntimeException | InterruptedException e) {
      process.close();
      throw e;
    }
  }

  /** Reads the file and writes it as zstd-compressed Parquet. */
  Rewritten rewrite(Source source, boolean csv, Settings settings) throws InterruptedException {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("op", "rewrite");
    request.put("source", source.file().toString());
    request.put("format", csv ? "csv" : "parquet");
    request.put("columns", columns());
    request.put("target", target.toString());
    request.put("ordered", settings.ordered());
    request.put("row_group_size", settings.rowGroupSize());
    JsonNode answer = process.ask(request, PATIENCE);
    if (answer.get("rows").asLong() != source.rows()) {
      throw new PeerException(
          "DuckDB wrote %d of the %d rows of %s"
              .formatted(answer.get("rows").asLong(), source.rows(), source.file()));
    }
    return new Rewritten(answer.get("seconds").asDouble(), answer.get("bytes").asLong());
  }

  /** The types the grid's load is told, too. */
  private static List<List<String>> columns() {
    List<List<String>> columns = new ArrayList<>();
    for (Column column : RepairOrders.SCHEMA.columns()) {
      String type =
          switch (column.type()) {
            case STRING -> "VARCHAR";
            case INT64 -> "BIGINT";
            case FLOAT64 -> "DOUBLE";
            case BOOL -> "BOOLEAN";
            case DATE -> "DATE";
            case TIMESTAMP -> "TIMESTAMP";
          };
      columns.add(List.of(column.name(), type));
    }
    return columns;
  }

  @Override
  public void close() {
    process.close();
    target.toFile().delete();
  }
}
