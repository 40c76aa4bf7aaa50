package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.table.TableDefinition;
import com.auterity.neuroweaver.job.GridAttributes;
import com.auterity.neuroweaver.job.GridExecutor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.ignite.calcite.CalciteQueryEngineConfiguration;
import org.apache.ignite.cluster.ClusterState;
import org.apache.ignite.configuration.ClientConnectorConfiguration;
import org.apache.ignite.configuration.DataRegionConfiguration;
import org.apache.ignite.configuration.DataStorageConfiguration;
import org.apache.ignite.configuration.ExecutorConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.configuration.SqlConfiguration;
import org.apache.ignite.configuration.SystemDataRegionConfiguration;
import org.apache.ignite.configuration.WALMode;
import org.apache.ignite.logger.slf4j.Slf4jLogger;
import org.apache.ignite.spi.communication.tcp.TcpCommunicationSpi;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;

/** Puts together the Ignite node of a configuration; opens nothing. */
final class IgniteAssembly {
  private static final long MIB = 1L << 20;
  private static final int FIRST_DISCOVERY_PORT = 47_500;
  private static final int FIRST_COMMUNICATION_PORT = 47_100;
  private static final int FIRST_CLIENT_PORT = 10_800;
  private static final int PORT_RANGE = 100;

  private final NodeConfig config;
  private final String buildId;
  private final String numericsProfile;
  private final NodeSecrets secrets;
  private final Optional<String> restore;

  IgniteAssembly(
      NodeConfig config,
      String buildId,
      String numericsProfile,
      NodeSecrets secrets,
      Optional<String> restore) {
    this.config = config;
    this.buildId = buildId;
    this.numericsProfile = numericsProfile;
    this.secrets = secrets;
    this.restore = restore;
  }

  IgniteConfiguration configuration() {
    Path home = config.workDir().resolve("grid");
    String layout =
        "partitions="
            + config.partitions()
            + " backups="
            + config.backups()
            + (config.encryption().isPresent() ? " encrypted" : "");
    IgniteConfiguration configuration = plain(home, layout);
    secrets.encryption().ifPresent(configuration::setEncryptionSpi);
    secrets
        .tls()
        .ifPresent(
            context -> {
              configuration.setSslContextFactory(() -> context);
              configuration
                  .getClientConnectorConfiguration()
                  .setSslEnabled(true)
                  .setUseIgniteSslContextFactory(true)
                  .setSslClientAuth(config.tls().orElseThrow().clientCertificates());
            });
    return configuration;
  }

  private IgniteConfiguration plain(Path home, String layout) {
    return new IgniteConfiguration()
        .setIgniteInstanceName(config.name())
        .setConsistentId(config.name())
        .setIgniteHome(home.toString())
        .setWorkDirectory(home.toString())
        .setSnapshotPath(config.snapshotDir().toString())
        .setLocalHost(config.host())
        .setGridLogger(new Slf4jLogger())
        .setMetricsLogFrequency(0)
        .setPeerClassLoadingEnabled(false)
        .setUserAttributes(
            Map.of(
                NodeAttributes.BUILD, buildId,
                NodeAttributes.LAYOUT, layout,
                NodeAttributes.RESTORE, restore.orElse(""),
                GridAttributes.NUMERICS, numericsProfile,
                GridAttributes.WORKERS, config.workers()))
        .setPluginProviders(new SameBuild(buildId, layout))
        .setFailureHandler(new LoudFailureHandler())
        .setClusterStateOnStart(ClusterState.INACTIVE)
        .setDataStorageConfiguration(storage(home))
        .setDiscoverySpi(discovery())
        .setCommunicationSpi(
            // Buffers as the system sizes them: in Ignite's own, 32 KB, no segment of the loopback
            // fits, and between two machines they hold less than a round trip. Chunks then stood
            // still for seconds, the sender probing a window that never opened far enough.
            new TcpCommunicationSpi()
                .setSocketSendBuffer(0)
                .setSocketReceiveBuffer(0)
                .setLocalPort(config.communicationPort().orElse(FIRST_COMMUNICATION_PORT))
                .setLocalPortRange(range(config.communicationPort())))
        .setClientConnectorConfiguration(
            new ClientConnectorConfiguration()
                .setHost(config.host())
                .setPort(config.clientPort().orElse(FIRST_CLIENT_PORT))
                .setPortRange(range(config.clientPort())))
        .setConnectorConfiguration(null)
        .setSqlConfiguration(
            new SqlConfiguration()
                .setSqlSchemas(TableDefinition.SCHEMA)
                .setQueryEnginesConfiguration(
                    new CalciteQueryEngineConfiguration().setDefault(true)))
        .setExecutorConfiguration(
            Arrays.stream(GridExecutor.values())
                .map(executor -> new ExecutorConfiguration(executor.poolName()).setSize(8))
                .toArray(ExecutorConfiguration[]::new))
        // The defaults follow the cores and are made for machines with nothing else to do.
        .setPublicThreadPoolSize(4)
        .setSystemThreadPoolSize(8)
        .setStripedPoolSize(4)
        .setQueryThreadPoolSize(4)
        .setDataStreamerThreadPoolSize(4)
        .setRebalanceThreadPoolSize(2)
        .setBuildIndexThreadPoolSize(1)
        .setManagementThreadPoolSize(2);
  }

  private DataStorageConfiguration storage(Path home) {
    String wal = home.resolve("wal").toString();
    return new DataStorageConfiguration()
        .setStoragePath(home.resolve("db").toString())
        // The same path for both: segments are not copied a second time.
        .setWalPath(wal)
        .setWalArchivePath(wal)
        .setWalMode(WALMode.LOG_ONLY)
        .setWalSegmentSize((int) (64 * MIB))
        .setMaxWalArchiveSize(1024 * MIB)
        .setWriteThrottlingEnabled(true)
        .setCheckpointThreads(2)
        .setSystemDataRegionConfiguration(
            new SystemDataRegionConfiguration().setInitialSize(16 * MIB).setMaxSize(64 * MIB))
        .setDefaultDataRegionConfiguration(
            new DataRegionConfiguration()
                .setName("default")
                .setPersistenceEnabled(true)
                .setInitialSize(Math.min(128, config.regionMb()) * MIB)
                .setMaxSize(config.regionMb() * MIB)
                .setCheckpointPageBufferSize(Math.max(64, config.regionMb() / 4) * MIB));
  }

  private TcpDiscoverySpi discovery() {
    TcpDiscoverySpi discovery =
        new TcpDiscoverySpi()
            .setLocalPort(config.discoveryPort().orElse(FIRST_DISCOVERY_PORT))
            .setLocalPortRange(range(config.discoveryPort()))
            .setIpFinder(new TcpDiscoveryVmIpFinder().setAddresses(config.discoveryAddresses()));
    return discovery;
  }

  private static int range(OptionalInt port) {
    return port.isPresent() ? 0 : PORT_RANGE;
  }
}
