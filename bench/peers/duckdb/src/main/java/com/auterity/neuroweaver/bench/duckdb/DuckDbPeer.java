package com.auterity.neuroweaver.bench.duckdb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/**
 * DuckDB as a peer of {@code bench ingest}: one JSON object on each line of standard input, one
 * answer for each on standard output, until the input ends. {@code op} is one of
 *
 * <ul>
 *   <li>{@code open}: threads, scratch (a folder for what does not fit into memory); answers with
 *       the library's version
 *   <li>{@code rewrite}: source, format (csv or parquet), columns (of a CSV file with a header:
 *       names and SQL types, in order), target, ordered (whether rows keep their order),
 *       row_group_size; reads the file and writes it as zstd-compressed Parquet in place of what is
 *       there; answers with rows, bytes and the seconds it took
 * </ul>
 *
 * An answer has {@code error} when the request failed.
 */
public final class DuckDbPeer {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Connection database;

  private DuckDbPeer() {}

  public static void main(String[] args) throws IOException {
    PrintStream answers = System.out;
    // Whatever a library prints is no answer.
    System.setOut(System.err);
    DuckDbPeer peer = new DuckDbPeer();
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

  private Map<String, Object> answer(JsonNode request) throws SQLException, IOException {
    String op = request.path("op").asText();
    return switch (op) {
      case "open" -> open(request.get("threads").asInt(), request.get("scratch").asText());
      case "rewrite" -> rewrite(request);
      default -> throw new IllegalArgumentException("op must be open or rewrite: " + op);
    };
  }

  private Map<String, Object> open(int threads, String scratch) throws SQLException {
    database = DriverManager.getConnection("jdbc:duckdb:");
    try (Statement statement = database.createStatement()) {
      statement.execute("SET threads = " + threads);
      statement.execute("SET temp_directory = " + quoted(scratch));
      statement.execute("SET enable_progress_bar = false");
      try (ResultSet version = statement.executeQuery("SELECT version()")) {
        version.next();
        return Map.of("library", "DuckDB " + version.getString(1));
      }
    }
  }

  private Map<String, Object> rewrite(JsonNode request) throws SQLException, IOException {
    Path target = Path.of(request.get("target").asText());
    Files.deleteIfExists(target);
    String source = request.get("source").asText();
    String read =
        request.get("format").asText().equals("csv")
            ? csv(source, request.get("columns"))
            : "read_parquet(" + quoted(source) + ")";
    String copy =
        "COPY (SELECT * FROM %s) TO %s (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE %d)"
            .formatted(read, quoted(target.toString()), request.get("row_group_size").asInt());
    try (Statement statement = database.createStatement()) {
      statement.execute("SET preserve_insertion_order = " + request.get("ordered").asBoolean());
      long started = System.nanoTime();
      statement.execute(copy);
      double seconds = (System.nanoTime() - started) / 1e9;
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("seconds", seconds);
      answer.put("bytes", Files.size(target));
      try (ResultSet count =
          statement.executeQuery(
              "SELECT count(*) FROM read_parquet(" + quoted(target + "") + ")")) {
        count.next();
        answer.put("rows", count.getLong(1));
      }
      return answer;
    }
  }

  /** Nothing is left to sniff: the dialect and every type are given. */
  private static String csv(String source, JsonNode columns) {
    StringJoiner types = new StringJoiner(", ", "{", "}");
    for (JsonNode column : columns) {
      types.add(quoted(column.get(0).asText()) + ": " + quoted(column.get(1).asText()));
    }
    return "read_csv(%s, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', columns = %s)"
        .formatted(quoted(source), types);
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
