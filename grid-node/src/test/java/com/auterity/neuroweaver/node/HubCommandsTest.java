package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.cli.ExitCode;
import com.auterity.neuroweaver.client.cli.Main;
import com.auterity.neuroweaver.datasets.store.Sha256;
import com.sun.net.httpserver.HttpServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands, over the command line; what they do in full is tested with the hub's client. */
class HubCommandsTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String WEIGHTS = "weights";

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void standUnderModelBesideTheCommandsOfTheGrid() {
    assertEquals(ExitCode.OK, run(Map.of(), "model", "--help"));
    for (String command : new String[] {"list", "show", "deploy", "pull", "push"}) {
      assertTrue(out.toString().contains("  " + command + " "), out.toString());
    }
  }

  @Test
  void pullPutsTheRepositoryIntoAFolderOfItsName() throws Exception {
    HttpServer hub = hub();
    try {
      Map<String, String> environment =
          Map.of("HF_ENDPOINT", "http://127.0.0.1:" + hub.getAddress().getPort());
      assertEquals(
          ExitCode.OK,
          run(environment, "model", "pull", "acme/tiny@v1", "--to", folder.toString()),
          err.toString());
      Path pulled = folder.resolve("acme--tiny");
      assertEquals(WEIGHTS, Files.readString(pulled.resolve("model.safetensors")));
      assertTrue(out.toString().endsWith(pulled + System.lineSeparator()), out.toString());
      assertTrue(out.toString().contains(COMMIT), out.toString());
      assertEquals(
          ExitCode.USAGE,
          run(
              environment,
              "model",
              "pull",
              "acme/tiny@v1",
              "--to",
              folder + "/x",
              "--include",
              "*.gguf"));
      assertTrue(err.toString().contains("--include '*.gguf'"), err.toString());
    } finally {
      hub.stop(0);
    }
  }

  @Test
  void withoutAnEndpointNothingIsAsked() {
    assertEquals(
        ExitCode.USAGE, run(Map.of(), "model", "pull", "acme/tiny", "--to", folder.toString()));
    assertTrue(err.toString().contains("set HF_ENDPOINT"), err.toString());
    assertFalse(Files.exists(folder.resolve("acme--tiny")));
  }

  @Test
  void pushTakesAToken() throws Exception {
    Path file = Files.writeString(folder.resolve("tiny.gguf"), "GGUF");
    Map<String, String> environment = Map.of("HF_ENDPOINT", "https://hub.example");
    assertEquals(ExitCode.USAGE, run(environment, "model", "push", file.toString(), "acme/tiny"));
    assertTrue(err.toString().contains("set HF_TOKEN"), err.toString());
  }

  private int run(Map<String, String> environment, String... arguments) {
    return Main.execute(
        environment, new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  /** One revision with one file. */
  private static HttpServer hub() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String listed =
        "[{\"type\":\"file\",\"path\":\"model.safetensors\",\"size\":7,\"oid\":\"x\",\"lfs\":{\"oid\":\""
            + Sha256.hex(WEIGHTS.getBytes(StandardCharsets.UTF_8))
            + "\",\"size\":7}}]";
    answer(server, "/api/models/acme/tiny/revision/v1", "{\"sha\":\"" + COMMIT + "\"}");
    answer(server, "/api/models/acme/tiny/tree/" + COMMIT, listed);
    answer(server, "/acme/tiny/resolve/" + COMMIT + "/model.safetensors", WEIGHTS);
    server.start();
    return server;
  }

  private static void answer(HttpServer server, String path, String body) {
    server.createContext(
        path,
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }
}
