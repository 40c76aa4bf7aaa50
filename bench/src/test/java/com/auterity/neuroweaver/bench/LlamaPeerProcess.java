package com.auterity.neuroweaver.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** llama.cpp in a JVM of its own, as bench/peers/llama built it. */
final class LlamaPeerProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final PrintStream requests;
  private final BufferedReader answers;
  private final Path log;

  LlamaPeerProcess(Path folder) throws IOException {
    Path target = Path.of("peers", "llama", "target").toAbsolutePath();
    Path classpath = target.resolve("peer.classpath");
    if (!Files.isRegularFile(classpath)) {
      throw new IllegalStateException(
          "there is no " + classpath + "; build bench/peers/llama first (mvnw -pl bench -am does)");
    }
    this.log = folder.resolve("llama-peer.log");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-cp",
            target.resolve("classes") + ":" + Files.readString(classpath).strip(),
            "com.auterity.neuroweaver.bench.llama.LlamaPeer");
    this.process = builder.redirectError(log.toFile()).start();
    this.requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static ObjectNode request(String op) {
    return JSON.createObjectNode().put("op", op);
  }

  /** The answer, whatever it says. */
  JsonNode ask(JsonNode request) throws IOException {
    requests.println(JSON.writeValueAsString(request));
    while (true) {
      String line = answers.readLine();
      if (line == null) {
        throw new IllegalStateException(
            "the peer ended instead of answering: " + Files.readString(log));
      }
      if (line.startsWith("{")) {
        return JSON.readTree(line);
      }
    }
  }

  /** The answer of a request that succeeds. */
  JsonNode get(JsonNode request) throws IOException {
    JsonNode answer = ask(request);
    if (!answer.path("ok").asBoolean()) {
      throw new IllegalStateException(answer + " to " + request + "\n" + Files.readString(log));
    }
    return answer;
  }

  @Override
  public void close() throws InterruptedException {
    requests.close();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
