package com.auterity.neuroweaver.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A peer's JVM: each request is a JSON object on a line of its input, each answer one on a line of
 * its output. A line that does not begin with a brace is no answer; what it writes to its standard
 * error is kept and quoted when it fails. One request at a time; it dies with this JVM at the
 * latest.
 */
final class PeerProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int QUOTED_LINES = 12;
  private static final long GOODBYE_SECONDS = 5;

  private final String name;
  private final Process process;
  private final Path log;
  private final Thread killer;
  private final BlockingQueue<Optional<String>> answers = new LinkedBlockingQueue<>();

  private PeerProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    Thread reader = new Thread(this::read, "answers of " + name);
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts {@code mainClass} in the JDK that runs this.
   *
   * @param environment in place of what this JVM has; null removes a variable
   * @param options for java, before the class
   */
  static PeerProcess start(
      String name,
      String classpath,
      String mainClass,
      List<String> options,
      Map<String, String> environment) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", classpath, mainClass));
    try {
      Path log = Files.createTempFile("neuroweaver-peer-" + name, ".log");
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
      environment.forEach(
          (key, value) -> {
            if (value == null) {
              builder.environment().remove(key);
            } else {
              builder.environment().put(key, value);
            }
          });
      return new PeerProcess(name, builder.start(), log);
    } catch (IOException e) {
      throw new PeerException("could not start %s: %s".formatted(name, e.getMessage()), e);
    }
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("{")) {
          answers.add(Optional.of(line));
        }
      }
    } catch (IOException e) {
      // The pipe of a killed process; the end below says it.
    }
    answers.add(Optional.empty());
  }

  /**
   * Sends a request and waits for its answer. An answer with {@code error}, no answer in time and
   * the end of the process are a {@link PeerException}; after the latter two the process is gone.
   */
  JsonNode ask(Map<String, ?> request, Duration timeout) throws InterruptedException {
    try {
      OutputStream out = process.getOutputStream();
      out.write((JSON.writeValueAsString(request) + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    } catch (IOException e) {
      throw ended();
    }
    Optional<String> line = answers.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (line == null) {
      process.destroyForcibly();
      throw new PeerException(
          "%s did not answer %s within %d s"
              .formatted(name, request.get("op"), timeout.toSeconds()));
    }
    if (line.isEmpty()) {
      throw ended();
    }
    try {
      JsonNode answer = JSON.readTree(line.get());
      if (answer.hasNonNull("error")) {
        throw new PeerException(
            "%s refused %s: %s".formatted(name, request.get("op"), answer.get("error").asText()));
      }
      return answer;
    } catch (JsonProcessingException e) {
      throw new PeerException("%s answered no JSON: %s".formatted(name, line.get()), e);
    }
  }

  private PeerException ended() throws InterruptedException {
    process.destroyForcibly();
    int code = process.waitFor();
    return new PeerException("%s ended with exit code %d%s".formatted(name, code, lastWords()));
  }

  private String lastWords() {
    try {
      List<String> lines = Files.readAllLines(log);
      int from = Math.max(0, lines.size() - QUOTED_LINES);
      return lines.isEmpty()
          ? ""
          : "; its last words:\n" + String.join("\n", lines.subList(from, lines.size()));
    } catch (IOException e) {
      return "; its log " + log + " cannot be read";
    }
  }

  boolean alive() {
    return process.isAlive();
  }

  /** Ends its input, which asks it to end, and kills it when it does not. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It is gone already.
    }
    try {
      if (!process.waitFor(GOODBYE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException e) {
      // This JVM is going down; the hook is running.
    }
    try {
      Files.deleteIfExists(log);
    } catch (IOException e) {
      log.toFile().deleteOnExit();
    }
  }
}
