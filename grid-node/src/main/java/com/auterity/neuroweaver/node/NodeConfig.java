package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.DeviceWish;
import com.auterity.neuroweaver.table.GridLayout;
import com.auterity.neuroweaver.yaml.YamlDocument;
import com.auterity.neuroweaver.yaml.YamlSchema;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@code config/node.yaml} says, checked. An empty port means the next free one.
 *
 * @param workDir absolute
 * @param blobsDir absolute: where models and adapters become files, in plain
 * @param snapshotDir absolute: where this node's part of each snapshot lies
 * @param departureSeconds after how long a node that left loses its share of the data
 * @param uploadsMaxMb the longest file that may be sent
 * @param minFreeMb with less room on this node's disk the grid takes no data
 * @param prices absolute path of the price list
 * @param synthesisHosts where, beside this machine, recipes may send rows to be answered
 */
public record NodeConfig(
    String name,
    Path workDir,
    Path blobsDir,
    Path snapshotDir,
    String host,
    OptionalInt discoveryPort,
    List<String> discoveryAddresses,
    OptionalInt communicationPort,
    OptionalInt clientPort,
    OptionalInt apiPort,
    OptionalInt flightPort,
    int initialNodes,
    int partitions,
    int backups,
    int departureSeconds,
    int regionMb,
    int workers,
    int maxRunningJobs,
    DeviceWish device,
    Path prices,
    int uploadsMaxMb,
    int minFreeMb,
    List<String> synthesisHosts,
    String logLevel,
    int logFileMb,
    int logFilesKept,
    Optional<TlsConfig> tls,
    Optional<EncryptionConfig> encryption) {

  public static final List<String> DEFAULT_ADDRESSES = List.of("127.0.0.1:47500..47509");

  public NodeConfig {
    discoveryAddresses = List.copyOf(discoveryAddresses);
    synthesisHosts = List.copyOf(synthesisHosts);
  }

  /**
   * The configuration in a file.
   *
   * @param home relative paths are taken from here
   * @param overrides {@code key=value}, dotted keys, values in YAML
   */
  public static NodeConfig read(Path file, Path home, List<String> overrides) {
    return of(YamlDocument.read(file), home, overrides);
  }

  /** What holds without a file. */
  static NodeConfig defaults(Path home, List<String> overrides) {
    return of(YamlDocument.parse("", "defaults"), home, overrides);
  }

  static NodeConfig of(YamlDocument document, Path home, List<String> overrides) {
    YamlDocument all = document;
    for (String override : overrides) {
      int equals = override.indexOf('=');
      if (equals < 1) {
        throw NeuroWeaverException.invalid(
            "--set " + override + ": found no key, `--set key=value` is right");
      }
      all =
          all.with(
              override.substring(0, equals), override.substring(equals + 1), "--set " + override);
    }
    all.check(YamlSchema.resource(NodeConfig.class, "node.schema.json"));
    return new Reader(all, home).read();
  }

  /** How this node's grid lays out its caches. */
  GridLayout layout() {
    return new GridLayout(partitions, backups, encryption.isPresent());
  }

  private record Reader(YamlDocument document, Path home) {
    NodeConfig read() {
      ObjectNode tree = document.tree();
      String name = tree.path("name").asText("node-1");
      String host = tree.path("host").asText("127.0.0.1");
      checkLoopback(host);
      JsonNode discovery = tree.path("discovery");
      List<String> addresses = texts(discovery.path("addresses"));
      JsonNode logs = tree.path("logs");
      NodeConfig config =
          new NodeConfig(
              name,
              path(work(tree, name)),
              path(tree.path("blobs_dir").asText(work(tree, name) + "/blobs")),
              path(tree.path("snapshot_dir").asText("var/snapshots")),
              host,
              port(discovery.path("port")),
              addresses.isEmpty() ? DEFAULT_ADDRESSES : addresses,
              port(tree.path("communication_port")),
              port(tree.path("client_port")),
              port(tree.path("api_port")),
              port(tree.path("flight_port")),
              tree.path("initial_nodes").asInt(1),
              tree.path("partitions").asInt(64),
              tree.path("backups").asInt(1),
              tree.path("departure_seconds").asInt(30),
              tree.path("memory").path("region_mb").asInt(512),
              tree.path("workers").asInt(Runtime.getRuntime().availableProcessors()),
              tree.path("jobs").path("max_running").asInt(8),
              DeviceWish.of(
                  tree.path("device").asText("auto"), tree.path("precision").asText("auto")),
              path(tree.path("prices").asText("config/prices.yaml")),
              tree.path("uploads").path("max_mb").asInt(102_400),
              tree.path("disk").path("min_free_mb").asInt(1_024),
              texts(tree.path("synthesis").path("hosts")),
              logs.path("level").asText("INFO"),
              logs.path("file_mb").asInt(64),
              logs.path("keep_files").asInt(5),
              tls(tree.path("tls")),
              encryption(tree.path("encryption")));
      checkPortsDiffer(config);
      checkKeysApart(config);
      return config;
    }

    private static List<String> texts(JsonNode list) {
      List<String> texts = new ArrayList<>();
      list.forEach(text -> texts.add(text.asText()));
      return texts;
    }

    private static String work(ObjectNode tree, String name) {
      return tree.path("work_dir").asText("var/" + name);
    }

    private Optional<TlsConfig> tls(JsonNode tls) {
      return tls.isMissingNode()
          ? Optional.empty()
          : Optional.of(
              new TlsConfig(
                  keystore("tls.keystore", tls, "keystore", "keystore_password_env"),
                  keystore("tls.truststore", tls, "truststore", "truststore_password_env"),
                  tls.path("client_certificates").asBoolean(false)));
    }

    private Optional<EncryptionConfig> encryption(JsonNode encryption) {
      return encryption.isMissingNode()
          ? Optional.empty()
          : Optional.of(
              new EncryptionConfig(
                  keystore("encryption.keystore", encryption, "keystore", "keystore_password_env"),
                  encryption.path("master_key").asText("neuroweaver")));
    }

    private KeyStoreFile keystore(String key, JsonNode at, String file, String variable) {
      return new KeyStoreFile(key, path(at.path(file).asText()), at.path(variable).asText());
    }

    /** Who takes the disk with the data must not have the key with it. */
    private void checkKeysApart(NodeConfig config) {
      config
          .encryption()
          .map(encryption -> encryption.keystore().file())
          .ifPresent(
              file -> {
                for (Path data : List.of(config.workDir(), config.snapshotDir())) {
                  if (file.startsWith(data)) {
                    throw document.error(
                        "/encryption/keystore",
                        "`encryption.keystore` is "
                            + file
                            + ", which lies with the data in "
                            + data
                            + ": keep keys apart from what they lock");
                  }
                }
              });
    }

    private void checkLoopback(String host) {
      boolean loopback;
      try {
        loopback = InetAddress.getByName(host).isLoopbackAddress();
      } catch (UnknownHostException e) {
        throw document.error("/host", "`host` is `" + host + "`, which has no address");
      }
      if (!loopback) {
        throw document.error(
            "/host",
            "`host` is `"
                + host
                + "`: there are no identities yet, so a node listens on loopback only, right is"
                + " 127.0.0.1");
      }
    }

    private void checkPortsDiffer(NodeConfig config) {
      List<String> pointers =
          List.of(
              "/discovery/port",
              "/communication_port",
              "/client_port",
              "/api_port",
              "/flight_port");
      List<OptionalInt> ports =
          List.of(
              config.discoveryPort(),
              config.communicationPort(),
              config.clientPort(),
              config.apiPort(),
              config.flightPort());
      for (int i = 0; i < ports.size(); i++) {
        for (int j = 0; j < i; j++) {
          if (ports.get(i).isPresent() && ports.get(i).equals(ports.get(j))) {
            throw document.error(
                pointers.get(i),
                "port "
                    + ports.get(i).getAsInt()
                    + " is set for both `"
                    + pointers.get(j).substring(1).replace('/', '.')
                    + "` and `"
                    + pointers.get(i).substring(1).replace('/', '.')
                    + "`: each needs its own");
          }
        }
      }
    }

    private Path path(String text) {
      return home.resolve(text).toAbsolutePath().normalize();
    }

    private static OptionalInt port(JsonNode port) {
      return port.isInt() ? OptionalInt.of(port.intValue()) : OptionalInt.empty();
    }
  }
}
