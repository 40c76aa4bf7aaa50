package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.DeviceWish;
import com.auterity.neuroweaver.yaml.YamlDocument;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeConfigTest {
  private static final Path HOME = Path.of("/grid");

  private static NodeConfig of(String text, String... overrides) {
    return NodeConfig.of(YamlDocument.parse(text, "node.yaml"), HOME, List.of(overrides));
  }

  @Test
  void defaultsStandForEveryKeyLeftOut() {
    assertEquals(
        new NodeConfig(
            "node-1",
            Path.of("/grid/var/node-1"),
            Path.of("/grid/var/node-1/blobs"),
            Path.of("/grid/var/snapshots"),
            "127.0.0.1",
            OptionalInt.empty(),
            NodeConfig.DEFAULT_ADDRESSES,
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            1,
            64,
            1,
            30,
            512,
            Runtime.getRuntime().availableProcessors(),
            8,
            DeviceWish.ANY,
            Path.of("/grid/config/prices.yaml"),
            102_400,
            1_024,
            List.of(),
            "INFO",
            64,
            5,
            Optional.empty(),
            Optional.empty()),
        of(""));
  }

  @Test
  void theShippedFileSaysTheDefaults() {
    Path root = Path.of("").toAbsolutePath().getParent();
    NodeConfig shipped = NodeConfig.read(root.resolve("config/node.yaml"), HOME, List.of());
    assertEquals(of(""), shipped);
  }

  @Test
  void everyKeyIsUsed() {
    NodeConfig config =
        of(
            """
            name: n7
            work_dir: /data/n7
            blobs_dir: /dev/shm/n7
            snapshot_dir: /backup
            host: localhost
            discovery: {port: 5001, addresses: ["127.0.0.1:5001..5003", "127.0.0.1:6001"]}
            communication_port: 5002
            client_port: 5003
            api_port: 5004
            initial_nodes: 3
            partitions: 16
            backups: 2
            departure_seconds: 5
            memory: {region_mb: 256}
            workers: 1
            jobs: {max_running: 2}
            device: nd4j
            precision: float32
            prices: my/prices.yaml
            flight_port: 5005
            uploads: {max_mb: 7}
            disk: {min_free_mb: 5}
            synthesis: {hosts: [llm.example.com]}
            logs: {level: DEBUG, file_mb: 1, keep_files: 2}
            tls:
              keystore: keys/node.p12
              keystore_password_env: KEYS
              truststore: /keys/trust.p12
              truststore_password_env: TRUST
              client_certificates: true
            encryption: {keystore: /keys/master.p12, keystore_password_env: MASTER, master_key: m}
            """);
    assertEquals(
        new NodeConfig(
            "n7",
            Path.of("/data/n7"),
            Path.of("/dev/shm/n7"),
            Path.of("/backup"),
            "localhost",
            OptionalInt.of(5001),
            List.of("127.0.0.1:5001..5003", "127.0.0.1:6001"),
            OptionalInt.of(5002),
            OptionalInt.of(5003),
            OptionalInt.of(5004),
            OptionalInt.of(5005),
            3,
            16,
            2,
            5,
            256,
            1,
            2,
            DeviceWish.of("nd4j", "float32"),
            Path.of("/grid/my/prices.yaml"),
            7,
            5,
            List.of("llm.example.com"),
            "DEBUG",
            1,
            2,
            Optional.of(
                new TlsConfig(
                    new KeyStoreFile("tls.keystore", Path.of("/grid/keys/node.p12"), "KEYS"),
                    new KeyStoreFile("tls.truststore", Path.of("/keys/trust.p12"), "TRUST"),
                    true)),
            Optional.of(
                new EncryptionConfig(
                    new KeyStoreFile("encryption.keystore", Path.of("/keys/master.p12"), "MASTER"),
                    "m"))),
        config);
  }

  @Test
  void overridesComeLast() {
    NodeConfig config = of("name: a\nmemory: {region_mb: 128}", "name=b", "memory.region_mb=200");
    assertEquals("b", config.name());
    assertEquals(200, config.regionMb());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'nmae: x' | node.yaml:1: unknown key `nmae` in the file; known here: name, work_dir",
        "'memory: {region: 5}' | node.yaml:1: unknown key `region` in `memory`; known here: region_mb",
        "'name: x\napi_port: high' | node.yaml:2: `api_port` is text `high`, right is integer",
        "'api_port: 70000' | node.yaml:1: `api_port` is number `70000`",
        "'name: Node 1' | node.yaml:1: `name` is text `Node 1`",
        "'host: 0.0.0.0' | node.yaml:1: `host` is `0.0.0.0`: there are no identities yet",
        "'api_port: 9\nclient_port: 9' | node.yaml:1: port 9 is set for both",
        "'name: a\nname: b' | node.yaml:2: key `name` stands here twice",
        "'device: gpu' | node.yaml:1: `device` is text `gpu`",
        "'precision: int8' | node.yaml:1: `precision` is text `int8`",
        "'tls: {keystore: a}' | node.yaml:1: `tls` lacks the key `keystore_password_env`",
        "'encryption: {keystore: var/node-1/k, keystore_password_env: K}' | node.yaml:1: `encryption.keystore` is /grid/var/node-1/k, which lies with the data",
        "'encryption: {keystore: k, keystore_password_env: \"a b\"}' | node.yaml:1: `encryption.keystore_password_env` is text `a b`",
        "'discovery: {addresses: [\"127.0.0.1\"]}' | node.yaml:1: `discovery.addresses.0`",
      })
  void refusesNamingThePlaceAndWhatIsRight(String text, String message) {
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> of(text));
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
  }

  @Test
  void aWrongOverrideIsNamed() {
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> of("", "partitions=many"));
    assertTrue(
        e.getMessage().startsWith("--set partitions=many: `partitions` is text `many`"),
        e.getMessage());
    assertThrows(NeuroWeaverException.class, () -> of("", "partitions"));
  }
}
