package com.auterity.neuroweaver.jobs.hub;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A hub, a client whose waits are written down instead of waited, and a folder to pull into. */
abstract class HubBench {
  static final String ID = "acme/tiny";
  static final HubRepository TINY = HubRepository.parse(ID);
  static final Clock NOON = Clock.fixed(Instant.parse("2026-01-05T12:00:00Z"), ZoneOffset.UTC);

  @TempDir Path folder;
  HubServer server;
  final List<Duration> waits = new CopyOnWriteArrayList<>();
  final List<String> lines = new CopyOnWriteArrayList<>();
  long usableSpace = Long.MAX_VALUE;
  Duration stall = Duration.ofMinutes(2);

  @BeforeEach
  void startServer() throws Exception {
    server = new HubServer();
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  HubClient client() {
    return client(server.access());
  }

  HubClient client(HubAccess access) {
    return new HubClient(
        access,
        lines::add,
        new Surroundings(
            NOON, waits::add, () -> 0L, Duration.ofMinutes(2), stall, path -> usableSpace));
  }

  Path target() {
    return folder.resolve("models").resolve("acme--tiny");
  }

  /** A model of the smallest kind: one large file, some small ones, some that nobody needs. */
  HubServer.Repository tiny() {
    HubServer.Repository tiny = server.repository(ID);
    tiny.files.put("config.json", bytes(1, 300));
    tiny.files.put("tokenizer.json", bytes(2, 3000));
    tiny.files.put("tokenizer_config.json", bytes(3, 0));
    tiny.files.put("model.safetensors", bytes(4, 200_000));
    tiny.files.put("README.md", bytes(5, 500));
    tiny.files.put("pytorch_model.bin", bytes(6, 5000));
    tiny.files.put("pictures/car 1.png", bytes(7, 100));
    return tiny;
  }

  static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** The pull fails so, and its folder is not there. */
  NeuroWeaverException pullFails(ErrorKind kind, String... said) {
    NeuroWeaverException error =
        assertThrows(NeuroWeaverException.class, () -> client().pull(TINY, target(), List.of()));
    return checked(error, kind, said);
  }

  NeuroWeaverException checked(NeuroWeaverException error, ErrorKind kind, String... said) {
    assertTrue(error.kind() == kind, error.kind() + ": " + error.getMessage());
    for (String words : said) {
      assertTrue(error.getMessage().contains(words), error.getMessage());
    }
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      assertFalse(cause.toString().contains(HubServer.TOKEN), cause.toString());
      assertFalse(cause.toString().contains("s3cret"), cause.toString());
    }
    assertNothingVisible();
    return error;
  }

  void assertNothingVisible() {
    if (!Files.isDirectory(target().getParent())) {
      return;
    }
    try (Stream<Path> there = Files.list(target().getParent())) {
      assertTrue(there.allMatch(path -> path.getFileName().toString().startsWith(".")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder holds these files as the server does, and nothing is left beside it. */
  void assertPulled(String... names) throws Exception {
    try (Stream<Path> there = Files.walk(target())) {
      assertTrue(
          there
              .filter(Files::isRegularFile)
              .map(path -> target().relativize(path).toString())
              .sorted()
              .toList()
              .equals(Stream.of(names).sorted().toList()));
    }
    for (String name : names) {
      assertTrue(
          Arrays.equals(
              server.repository(ID).files.get(name), Files.readAllBytes(target().resolve(name))),
          name);
    }
    assertFalse(Files.exists(target().resolveSibling(".acme--tiny.partial")));
  }
}
