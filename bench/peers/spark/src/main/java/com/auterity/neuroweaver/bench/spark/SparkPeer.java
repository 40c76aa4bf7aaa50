package com.auterity.neuroweaver.bench.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.HashingTF;
import org.apache.spark.ml.feature.MinHashLSH;
import org.apache.spark.ml.feature.MinHashLSHModel;
import org.apache.spark.ml.feature.NGram;
import org.apache.spark.ml.feature.RegexTokenizer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Spark MLlib's MinHashLSH as a peer of {@code bench dedup}: one JSON object on each line of
 * standard input, one answer for each on standard output, until the input ends. {@code op} is one
 * of
 *
 * <ul>
 *   <li>{@code open}: threads, scratch (a folder), file (a document on each line), partitions;
 *       caches the documents and answers with the library's version
 *   <li>{@code join}: tables, shingle_size, threshold, seed, target; finds all pairs of documents
 *       of at least that Jaccard similarity and answers with the seconds it took; then writes the
 *       pairs' line numbers to target
 * </ul>
 *
 * An answer has {@code error} when the request failed.
 */
public final class SparkPeer {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SparkSession spark;
  private Dataset<Row> documents;

  private SparkPeer() {}

  public static void main(String[] args) throws IOException {
    PrintStream answers = System.out;
    // Whatever a library prints is no answer.
    System.setOut(System.err);
    SparkPeer peer = new SparkPeer();
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      Map<String, Object> answer;
      try {
        answer = peer.answer(JSON.readTree(line));
      } catch (Exception | LinkageError | OutOfMemoryError e) {
        e.printStackTrace();
        answer = Map.of("error", String.valueOf(e.getMessage()));
      }
      answers.println(JSON.writeValueAsString(answer));
      answers.flush();
    }
    System.exit(0);
  }

  private Map<String, Object> answer(JsonNode request) throws IOException {
    String op = request.path("op").asText();
    return switch (op) {
      case "open" -> open(request);
      case "join" -> join(request);
      default -> throw new IllegalArgumentException("op must be open or join: " + op);
    };
  }

  private Map<String, Object> open(JsonNode request) throws IOException {
    int partitions = request.get("partitions").asInt();
    spark =
        SparkSession.builder()
            .master("local[" + request.get("threads").asInt() + "]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.local.dir", request.get("scratch").asText())
            .config("spark.sql.warehouse.dir", request.get("scratch").asText())
            .config("spark.sql.shuffle.partitions", partitions)
            .getOrCreate();
    spark.sparkContext().setLogLevel("ERROR");
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(request.get("file").asText()))) {
      rows.add(RowFactory.create((long) rows.size(), line));
    }
    StructType schema =
        new StructType().add("id", DataTypes.LongType).add("text", DataTypes.StringType);
    documents = spark.createDataFrame(rows, schema).repartition(partitions).cache();
    long count = documents.count();
    return Map.of("library", "Spark MLlib " + spark.version(), "documents", count);
  }

  private Map<String, Object> join(JsonNode request) throws IOException {
    long started = System.nanoTime();
    PipelineModel shingled =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new RegexTokenizer().setInputCol("text").setOutputCol("words").setPattern("\\W+"),
                  new NGram()
                      .setN(request.get("shingle_size").asInt())
                      .setInputCol("words")
                      .setOutputCol("shingles"),
                  new HashingTF()
                      .setInputCol("shingles")
                      .setOutputCol("features")
                      .setBinary(true)
                      .setNumFeatures(1 << 24)
                })
            .fit(documents);
    Dataset<Row> features = shingled.transform(documents).select("id", "features");
    MinHashLSHModel model =
        new MinHashLSH()
            .setNumHashTables(request.get("tables").asInt())
            .setInputCol("features")
            .setOutputCol("hashes")
            .setSeed(request.get("seed").asLong())
            .fit(features);
    Dataset<Row> hashed = model.transform(features).cache();
    // A hair more: a distance equal to the bound counts, rounded or not.
    double distance = 1 - request.get("threshold").asDouble() + 1e-9;
    List<Row> pairs =
        model
            .approxSimilarityJoin(hashed, hashed, distance)
            .filter("datasetA.id < datasetB.id")
            .selectExpr("datasetA.id", "datasetB.id")
            .collectAsList();
    double seconds = (System.nanoTime() - started) / 1e9;
    hashed.unpersist(true);
    try (BufferedWriter out = Files.newBufferedWriter(Path.of(request.get("target").asText()))) {
      for (Row pair : pairs) {
        out.write(pair.getLong(0) + " " + pair.getLong(1) + "\n");
      }
    }
    return Map.of("seconds", seconds, "pairs", pairs.size());
  }
}
