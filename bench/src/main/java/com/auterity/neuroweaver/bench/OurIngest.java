package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.bench.SourceFiles.Source;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.LoadRequest;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Our side of {@code ingest}: two fresh nodes with empty folders, a small load to warm them, then
 * one that counts, and a scan of what it stored. What they have stored is deleted afterwards.
 */
final class OurIngest {
  static final int NODES = 2;
  static final int COPIES = 2;
  private static final long POLL_MILLIS = 20;
  private static final Duration LIMIT = Duration.ofMinutes(30);

  /** Node settings over those of every local grid; backups: one, so that there are two copies. */
  static final List<String> SETTINGS = List.of("backups=1", "memory.region_mb=512");

  private final Path home;
  private final Path folder;

  /**
   * @param loadSeconds from the submission of the load to its success
   * @param storedBytes of the chunks, once
   * @param scanSeconds of reading them all back on their owners
   * @param peakMegabytes resident memory of each node at its highest
   */
  record Turn(
      double loadSeconds, long storedBytes, double scanSeconds, List<Double> peakMegabytes) {}

  /**
   * @param folder for the nodes' files; cleared
   */
  OurIngest(Path home, Path folder) {
    this.home = home;
    this.folder = folder;
  }

  /**
   * @param warm loaded before, uncounted, so that compiled code is measured
   */
  Turn turn(Source source, Source warm, boolean csv) throws InterruptedException {
    try (BenchGrid grid = new BenchGrid(home, folder, NODES, SETTINGS, node -> List.of())) {
      NeuroWeaverClient client = grid.client();
      load(client, "warm", warm, csv);
      scan(client, "warm", warm);
      long started = System.nanoTime();
      JsonNode loaded = load(client, "repair_orders", source, csv);
      double loadSeconds = (System.nanoTime() - started) / 1e9;
      started = System.nanoTime();
      scan(client, "repair_orders", source);
      double scanSeconds = (System.nanoTime() - started) / 1e9;
      List<Double> peaks = new ArrayList<>();
      for (long pid : grid.pids()) {
        peaks.add(peakMegabytes(pid));
      }
      return new Turn(loadSeconds, loaded.get("bytes").asLong(), scanSeconds, peaks);
    }
  }

  private static JsonNode load(NeuroWeaverClient client, String name, Source source, boolean csv)
      throws InterruptedException {
    Job job =
        client.loadDataset(
            new LoadRequest(
                name,
                source.file().toString(),
                null,
                null,
                csv ? "csv" : "parquet",
                null,
                null,
                null,
                null,
                null,
                columns(),
                null,
                null,
                null,
                null,
                null,
                "vin",
                null,
                null));
    JsonNode result = succeeded(client, job);
    check(source, result);
    return result;
  }

  private static void scan(NeuroWeaverClient client, String name, Source source)
      throws InterruptedException {
    check(source, succeeded(client, client.scanDataset(name)));
  }

  private static void check(Source source, JsonNode result) {
    if (result.get("rows").asLong() != source.rows()) {
      throw new NeuroWeaverException(
          ErrorKind.INTERNAL,
          "%s has %d rows, the grid says %s".formatted(source.file(), source.rows(), result));
    }
  }

  private static JsonNode succeeded(NeuroWeaverClient client, Job submitted)
      throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < end) {
      Job job = client.job(submitted.jobId());
      if (job.state() == JobState.SUCCEEDED) {
        return job.result();
      }
      if (job.state().isFinal()) {
        throw new NeuroWeaverException(
            ErrorKind.INTERNAL,
            "the %s ended %s: %s".formatted(job.kind(), job.state(), job.error()));
      }
      Thread.sleep(POLL_MILLIS);
    }
    throw new NeuroWeaverException(
        ErrorKind.UNAVAILABLE,
        "job %s took more than %d min".formatted(submitted.jobId(), LIMIT.toMinutes()));
  }

  private static List<JsonNode> columns() {
    ObjectMapper json = new ObjectMapper();
    List<JsonNode> columns = new ArrayList<>();
    for (Column column : RepairOrders.SCHEMA.columns()) {
      ObjectNode declared = json.createObjectNode();
      declared.put("name", column.name());
      declared.put("type", column.type().name().toLowerCase(Locale.ROOT));
      declared.put("semantic", column.semantic().name().toLowerCase(Locale.ROOT));
      columns.add(declared);
    }
    return columns;
  }

  private static double peakMegabytes(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
        if (line.startsWith("VmHWM:")) {
          return Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024 / 1e6;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException("process " + pid + " has no VmHWM");
  }
}
