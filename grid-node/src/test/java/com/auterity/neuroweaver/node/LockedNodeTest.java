package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.ApiException;
import com.auterity.neuroweaver.client.ClientTls;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.LoadRequest;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.ignite.Ignition;
import org.apache.ignite.client.ClientException;
import org.apache.ignite.configuration.ClientConfiguration;
import org.junit.jupiter.api.Test;

/** A node with encryption at rest and TLS on every port. */
class LockedNodeTest {
  private static final String PASSWORD = "open-sesame";

  @Test
  void plaintextIsOnNoDiskAndPlainClientsAreRefused() throws Exception {
    try (GridHarness grid = new GridHarness(1)) {
      Path keys = grid.folder("keys");
      keytool(keys, "-genseckey -alias neuroweaver -keyalg AES -keysize 256 -keystore master.p12");
      keytool(
          keys,
          "-genkeypair -alias node -keyalg RSA -keysize 2048 -validity 30 -dname CN=node"
              + " -ext SAN=ip:127.0.0.1,dns:localhost -keystore node.p12");
      keytool(keys, "-exportcert -alias node -file node.crt -keystore node.p12");
      keytool(keys, "-importcert -noprompt -alias node -file node.crt -keystore trust.p12");
      grid.with("GRID_MASTER", PASSWORD).with("GRID_KEYS", PASSWORD).with("GRID_TRUST", PASSWORD);
      grid.launch(
          0,
          "--set",
          "encryption={keystore: " + keys + "/master.p12, keystore_password_env: GRID_MASTER}",
          "--set",
          "tls={keystore: "
              + keys
              + "/node.p12, keystore_password_env: GRID_KEYS, truststore: "
              + keys
              + "/trust.p12, truststore_password_env: GRID_TRUST, client_certificates: true}");
      grid.awaitReady(0);

      Map<String, String> environment = new TreeMap<>();
      environment.put("NEUROWEAVER_TRUSTSTORE", keys + "/trust.p12");
      environment.put("NEUROWEAVER_TRUSTSTORE_PASSWORD", PASSWORD);
      URI url = URI.create("https://" + grid.address(0, "api"));
      refusesPlainAndUnknownClients(grid, url, Map.copyOf(environment));

      environment.put("NEUROWEAVER_KEYSTORE", keys + "/node.p12");
      environment.put("NEUROWEAVER_KEYSTORE_PASSWORD", PASSWORD);
      NeuroWeaverClient client =
          NeuroWeaverClient.at(
              url, Duration.ofSeconds(60), ClientTls.of(environment).orElseThrow());
      Path file = DataFiles.calls(grid.folder("files"));
      Job job = client.loadDataset(LoadRequest.of("calls", file.toString()));
      assertEquals(
          JobState.SUCCEEDED,
          client.awaitJob(job.jobId(), Duration.ofMinutes(5), seen -> {}).state());
      assertEquals(48, client.sample("calls", 100).rows().size());
      environment.put("NEUROWEAVER_URL", url.toString());
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();
      int code =
          Main.execute(
              environment,
              new PrintWriter(out, true),
              new PrintWriter(err, true),
              "sql",
              "SELECT NAME, ROW_COUNT FROM DATASET");
      assertEquals(0, code, () -> err.toString());
      assertTrue(out.toString().contains("48"), out.toString());

      assertEquals(0, grid.terminate(0));
      for (String text : List.of(DataFiles.SECRET, "call 11", "555-0211")) {
        assertEquals(List.of(), DataFiles.holding(grid.workDir(0), text), text);
      }

      // Without its key the grid does not start, let alone in plain.
      grid.launch(0);
      assertTrue(grid.awaitEnd(0) != 0, () -> grid.console(0));
    }
  }

  private static void refusesPlainAndUnknownClients(
      GridHarness grid, URI url, Map<String, String> trustOnly) {
    NeuroWeaverClient plain = NeuroWeaverClient.at(URI.create(grid.url(0)));
    assertThrows(ApiException.class, plain::health);
    NeuroWeaverClient unknown =
        NeuroWeaverClient.at(url, Duration.ofSeconds(60), ClientTls.of(trustOnly).orElseThrow());
    assertThrows(ApiException.class, unknown::health);
    ClientConfiguration thin =
        new ClientConfiguration().setAddresses(grid.address(0, "client")).setTimeout(20_000);
    assertThrows(ClientException.class, () -> Ignition.startClient(thin).close());
  }

  /** Runs keytool in a folder, one password for all. */
  private static void keytool(Path folder, String arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments.split(" ")));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }
}
