package com.auterity.neuroweaver.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Spark's side of {@code dedup}: MLlib's MinHashLSH over cached documents, local[threads]. */
final class SparkLsh implements AutoCloseable {
  static final String NAME = "Spark MLlib 4.0.1 MinHashLSH";
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  /** What Spark asks of a JVM of 17 or later, as its own launcher gives it. */
  private static final List<String> OPENED =
      List.of(
          "java.lang",
          "java.lang.invoke",
          "java.lang.reflect",
          "java.io",
          "java.net",
          "java.nio",
          "java.util",
          "java.util.concurrent",
          "java.util.concurrent.atomic",
          "sun.nio.ch",
          "sun.nio.cs",
          "sun.security.action",
          "sun.util.calendar");

  private final PeerProcess process;
  private final Path pairs;
  private final int documents;

  /** What a join took and found: for each document the lowest one it is joined with. */
  record Joined(double seconds, int[] clusters, int pairs) {}

  SparkLsh(String classpath, Path folder, DedupDocuments documents, int threads)
      throws InterruptedException {
    this.documents = documents.count();
    pairs = folder.resolve("spark.pairs");
    Path file = folder.resolve("documents.txt");
    try {
      Files.createDirectories(folder.resolve("spark"));
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < documents.count(); i++) {
        lines.add(documents.text(i));
      }
      Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> options = new ArrayList<>(List.of("-Xmx6g", "-XX:+UseParallelGC"));
    for (String name : OPENED) {
      options.add("--add-opens=java.base/" + name + "=ALL-UNNAMED");
    }
    options.add("-Djdk.reflect.useDirectMethodHandle=false");
    process =
        PeerProcess.start(
            "spark",
            classpath,
            "com.auterity.neuroweaver.bench.spark.SparkPeer",
            options,
            Map.of());
    try {
      Map<String, Object> request = new LinkedHashMap<>();
      request.put("op", "open");
      request.put("threads", threads);
      request.put("scratch", folder.resolve("spark").toString());
      request.put("file", file.toString());
      request.put("partitions", 2 * threads);
      process.ask(request, PATIENCE);
      Files.deleteIfExists(file);
    } catch (IOException e) {
      process.close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException | InterruptedException e) {
      process.close();
      throw e;
    }
  }

  Joined join(int tables, double threshold, long seed) throws InterruptedException {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("op", "join");
    request.put("tables", tables);
    request.put("shingle_size", DedupDocuments.SHINGLE);
    request.put("threshold", threshold);
    request.put("seed", seed);
    request.put("target", pairs.toString());
    JsonNode answer = process.ask(request, PATIENCE);
    return new Joined(answer.get("seconds").asDouble(), clusters(), answer.get("pairs").asInt());
  }

  /** The pairs' connected components. */
  private int[] clusters() {
    int[] parent = new int[documents];
    Arrays.setAll(parent, i -> i);
    try {
      for (String line : Files.readAllLines(pairs)) {
        int space = line.indexOf(' ');
        int one = root(parent, Integer.parseInt(line.substring(0, space)));
        int two = root(parent, Integer.parseInt(line.substring(space + 1)));
        parent[Math.max(one, two)] = Math.min(one, two);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (int i = 0; i < parent.length; i++) {
      parent[i] = root(parent, i);
    }
    return parent;
  }

  private static int root(int[] parent, int document) {
    int at = document;
    while (parent[at] != at) {
      at = parent[at];
    }
    return at;
  }

  @Override
  public void close() {
    process.close();
    pairs.toFile().delete();
  }
}
