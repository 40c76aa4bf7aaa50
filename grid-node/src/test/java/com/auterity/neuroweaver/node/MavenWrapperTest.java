package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mvnw} where no Maven is installed, against an archive of our own. */
class MavenWrapperTest {
  @TempDir Path folder;

  private final Map<String, byte[]> archive = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private String path;

  @BeforeEach
  void serveAFakeMaven() throws Exception {
    Matcher matcher =
        Pattern.compile("(?m)^version=(.*)$")
            .matcher(Files.readString(GridHarness.home().resolve("mvnw")));
    assertTrue(matcher.find());
    String name = "apache-maven-" + matcher.group(1);
    Path bin = Files.createDirectories(folder.resolve("made").resolve(name).resolve("bin"));
    Path mvn = Files.writeString(bin.resolve("mvn"), "#!/bin/sh\necho fake maven \"$@\"\n");
    assertTrue(mvn.toFile().setExecutable(true));
    Path tar = folder.resolve("maven.tar.gz");
    run(Map.of(), "tar", "-czf", tar.toString(), "-C", folder.resolve("made").toString(), name);
    path = "/maven/maven-3/" + matcher.group(1) + "/binaries/" + name + "-bin.tar.gz";
    byte[] bytes = Files.readAllBytes(tar);
    archive.put(path, bytes);
    archive.put(
        path + ".sha512",
        HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-512").digest(bytes))
            .getBytes(StandardCharsets.UTF_8));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().getPath());
          byte[] body = archive.get(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(body == null ? 404 : 200, body == null ? -1 : body.length);
          if (body != null) {
            exchange.getResponseBody().write(body);
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private record Ended(int code, String output) {}

  private static Ended run(Map<String, String> environment, String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return new Ended(process.exitValue(), output);
  }

  private Ended mvnw(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 2];
    command[0] = "sh";
    command[1] = GridHarness.home().resolve("mvnw").toString();
    System.arraycopy(arguments, 0, command, 2, arguments.length);
    return run(
        Map.of(
            "MVNW_SKIP_INSTALLED",
            "1",
            "MVNW_ARCHIVE",
            "http://127.0.0.1:" + server.getAddress().getPort(),
            "MVNW_HOME",
            folder.resolve("kept").toString()),
        command);
  }

  @Test
  void fetchesChecksKeepsAndRunsMaven() throws Exception {
    Ended first = mvnw("-B", "verify");
    assertEquals(0, first.code(), first.output());
    assertTrue(first.output().contains("fake maven -B verify"), first.output());
    assertEquals(List.of(path, path + ".sha512"), asked);
    Ended second = mvnw("clean");
    assertEquals("fake maven clean\n", second.output());
    assertEquals(2, asked.size(), "the second run fetches nothing");
  }

  @Test
  void refusesAnArchiveWithAnotherChecksum() throws Exception {
    archive.put(path + ".sha512", "00ff".repeat(32).getBytes(StandardCharsets.UTF_8));
    Ended ended = mvnw("verify");
    assertEquals(1, ended.code());
    assertTrue(ended.output().contains("nothing was installed"), ended.output());
    assertNothingKept();
  }

  @Test
  void saysWhatToDoWhenTheArchiveIsNotThere() throws Exception {
    archive.clear();
    Ended ended = mvnw("verify");
    assertEquals(1, ended.code());
    assertTrue(ended.output().contains("install Maven 3.8 or later"), ended.output());
    assertNothingKept();
  }

  private void assertNothingKept() throws Exception {
    try (Stream<Path> kept = Files.list(folder.resolve("kept"))) {
      assertFalse(kept.findAny().isPresent());
    }
  }
}
