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
import com.auterity.neuroweaver.client.SnapshotRequest;
import com.auterity.neuroweaver.client.cli.Main;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.ignite.Ignition;
import org.apache.ignite.client.ClientException;
import org.apache.ignite.configuration.ClientConfiguration;
import org.junit.jupiter.api.Test;

/** Two nodes with encryption at rest and TLS on every port. */
class LockedNodeTest {
  private static final String PASSWORD = "open-sesame";

  @Test
  void plaintextIsOnNoDiskAndPlainClientsAreRefused() throws Exception {
    try (GridHarness grid = new GridHarness(2)) {
      Path keys = grid.folder("keys");
      keytool(keys, "-genseckey -alias neuroweaver -keyalg AES -keysize 256 -keystore master.p12");
      keytool(
          keys,
          "-genkeypair -alias node -keyalg RSA -keysize 2048 -validity 30 -dname CN=node"
              + " -ext SAN=ip:127.0.0.1,dns:localhost -keystore node.p12");
      keytool(keys, "-exportcert -alias node -file node.crt -keystore node.p12");
      keytool(keys, "-importcert -noprompt -alias node -file node.crt -keystore trust.p12");
      grid.with("GRID_MASTER", PASSWORD).with("GRID_KEYS", PASSWORD).with("GRID_TRUST", PASSWORD);
      String[] locks = {
        "--set",
        "snapshot_dir=" + grid.folder("snapshots"),
        "--set",
        "encryption={keystore: " + keys + "/master.p12, keystore_password_env: GRID_MASTER}",
        "--set",
        "tls={keystore: "
            + keys
            + "/node.p12, keystore_password_env: GRID_KEYS, truststore: "
            + keys
            + "/trust.p12, truststore_password_env: GRID_TRUST, client_certificates: true}"
      };
      start(grid, locks);

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
      succeeded(client, client.loadDataset(LoadRequest.of("calls", file.toString())));
      assertEquals(48, client.sample("calls", 100).rows().size());
      readsThroughFlight(grid, keys);
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

      succeeded(client, client.createSnapshot(new SnapshotRequest("sealed")));
      for (int node = 0; node < 2; node++) {
        assertEquals(0, grid.terminate(node));
      }
      for (String text : List.of(DataFiles.SECRET, "call 11", "555-0211")) {
        for (Path folder : List.of(grid.workDir(0), grid.workDir(1), grid.folder("snapshots"))) {
          assertEquals(List.of(), DataFiles.holding(folder, text), text);
        }
      }

      grid.destroy();
      start(grid, with(locks, "--restore", "sealed"));
      NeuroWeaverClient restored =
          NeuroWeaverClient.at(
              URI.create("https://" + grid.address(1, "api")),
              Duration.ofSeconds(60),
              ClientTls.of(environment).orElseThrow());
      assertEquals(48, restored.sample("calls", 100).rows().size());
      for (int node = 0; node < 2; node++) {
        assertEquals(0, grid.terminate(node));
      }

      // Without its key the grid does not start, let alone in plain.
      grid.launch(0);
      assertTrue(grid.awaitEnd(0) != 0, () -> grid.console(0));
    }
  }

  private static void start(GridHarness grid, String[] settings) {
    for (int node = 0; node < 2; node++) {
      grid.launch(node, settings);
    }
    for (int node = 0; node < 2; node++) {
      grid.awaitReady(node);
    }
  }

  private static String[] with(String[] settings, String... more) {
    return Stream.concat(Arrays.stream(settings), Arrays.stream(more)).toArray(String[]::new);
  }

  private static void succeeded(NeuroWeaverClient client, Job job) throws InterruptedException {
    assertEquals(
        JobState.SUCCEEDED,
        client.awaitJob(job.jobId(), Duration.ofMinutes(5), seen -> {}).state());
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

  /** The endpoints that a node names are read with a certificate, and by nobody who shows none. */
  private static void readsThroughFlight(GridHarness grid, Path keys) throws Exception {
    String[] address = grid.address(0, "flight").split(":");
    Location location = Location.forGrpcTls(address[0], Integer.parseInt(address[1]));
    FlightDescriptor calls = FlightDescriptor.path("calls");
    try (BufferAllocator memory = new RootAllocator();
        InputStream trust = pem(keys, "node.crt", "CERTIFICATE");
        FlightClient unknown =
            FlightClient.builder(memory, location).useTls().trustedCertificates(trust).build()) {
      assertThrows(FlightRuntimeException.class, () -> unknown.getInfo(calls));
    }
    long rows = 0;
    try (BufferAllocator memory = new RootAllocator();
        FlightClient known = client(memory, location, keys)) {
      List<FlightEndpoint> endpoints = known.getInfo(calls).getEndpoints();
      assertEquals(2, endpoints.size());
      for (FlightEndpoint endpoint : endpoints) {
        try (FlightClient owner = client(memory, endpoint.getLocations().get(0), keys);
            FlightStream stream = owner.getStream(endpoint.getTicket())) {
          while (stream.next()) {
            rows += stream.getRoot().getRowCount();
          }
        }
      }
    }
    assertEquals(48, rows);
  }

  private static FlightClient client(BufferAllocator memory, Location location, Path keys)
      throws Exception {
    try (InputStream trust = pem(keys, "node.crt", "CERTIFICATE");
        InputStream certificate = pem(keys, "node.crt", "CERTIFICATE");
        InputStream key = privateKey(keys)) {
      return FlightClient.builder(memory, location)
          .useTls()
          .trustedCertificates(trust)
          .clientCertificate(certificate, key)
          .build();
    }
  }

  private static InputStream privateKey(Path keys) throws Exception {
    KeyStore store =
        KeyStore.getInstance(keys.resolve("node.p12").toFile(), PASSWORD.toCharArray());
    return pem(store.getKey("node", PASSWORD.toCharArray()).getEncoded(), "PRIVATE KEY");
  }

  private static InputStream pem(Path keys, String file, String what) throws IOException {
    return pem(Files.readAllBytes(keys.resolve(file)), what);
  }

  private static InputStream pem(byte[] der, String what) {
    String text =
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(what, Base64.getMimeEncoder().encodeToString(der), what);
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
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
