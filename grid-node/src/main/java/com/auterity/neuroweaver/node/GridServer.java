package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.api.ApiConfig;
import com.auterity.neuroweaver.api.ApiServer;
import com.auterity.neuroweaver.api.Backends;
import com.auterity.neuroweaver.api.Jobs;
import com.auterity.neuroweaver.costguard.ClaimedCpu;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.ChunkRepair;
import com.auterity.neuroweaver.datasets.store.ChunkRepairRow;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetDisposalRow;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.DatasetReservationRow;
import com.auterity.neuroweaver.datasets.store.DatasetRow;
import com.auterity.neuroweaver.datasets.store.DatasetVersionRow;
import com.auterity.neuroweaver.datasets.store.IgniteBlobStore;
import com.auterity.neuroweaver.datasets.store.IgniteChunkStore;
import com.auterity.neuroweaver.datasets.store.IgniteDatasetCatalog;
import com.auterity.neuroweaver.datasets.store.NodeDiskRow;
import com.auterity.neuroweaver.datasets.table.IgniteRecordTable;
import com.auterity.neuroweaver.flight.DatasetFlightServer;
import com.auterity.neuroweaver.flight.FlightNodeRow;
import com.auterity.neuroweaver.job.JobCoordinator;
import com.auterity.neuroweaver.job.JobKinds;
import com.auterity.neuroweaver.job.JobService;
import com.auterity.neuroweaver.job.NodeRuntime;
import com.auterity.neuroweaver.job.Placement;
import com.auterity.neuroweaver.job.RequestGrid;
import com.auterity.neuroweaver.jobs.reading.RowPages;
import com.auterity.neuroweaver.table.GridLayout;
import com.auterity.neuroweaver.table.GridTables;
import com.auterity.neuroweaver.table.Migrations;
import com.auterity.neuroweaver.workflow.WorkflowRuns;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.Ignition;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.internal.processors.odbc.ClientListenerProcessor;
import org.apache.ignite.spi.discovery.tcp.internal.TcpDiscoveryNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: the composition root. {@link #launch} validates everything before it opens
 * anything and closes what it opened when a later step fails.
 */
public final class GridServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GridServer.class);
  private static final int FIRST_API_PORT = 8_001;
  private static final int FIRST_FLIGHT_PORT = 8_815;
  private static final Duration PAGE_BUDGET = Duration.ofSeconds(10);

  private final NodeConfig config;
  private final Path home;
  private final Clock clock = Clock.systemUTC();
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean stopped;
  private final Optional<String> restore;
  private NodeSecrets secrets;
  private Ignite ignite;
  private int apiPort;
  private int flightPort;

  private GridServer(NodeConfig config, Path home, Optional<String> restore) {
    this.config = config;
    this.home = home;
    this.restore = restore;
  }

  /**
   * Makes a server that {@link #start} starts; nothing is opened yet.
   *
   * @param restore name of the snapshot an empty grid begins with
   */
  static GridServer of(NodeConfig config, Path home, Optional<String> restore) {
    return new GridServer(config, home, restore);
  }

  /** Starts a node and returns when it is ready. */
  public static GridServer launch(NodeConfig config, Path home) throws InterruptedException {
    GridServer server = of(config, home, Optional.empty());
    server.start();
    return server;
  }

  void start() throws InterruptedException {
    try {
      open();
    } catch (RuntimeException | Error | InterruptedException e) {
      close();
      throw e;
    }
  }

  private static String profile(CompletableFuture<String> numerics) {
    try {
      return numerics.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof NeuroWeaverException refused) {
        throw refused;
      }
      throw e;
    }
  }

  private void open() throws InterruptedException {
    SetPorts.requireFree(config);
    secrets = NodeSecrets.open(config, System.getenv());
    CompletableFuture<String> numerics =
        CompletableFuture.supplyAsync(() -> Numerics.profile(config.device()));
    opened.push(WorkDirLock.take(config.workDir()));
    NodeLogging.start(config);
    LOG.info(
        "node {} starts in {}; without identities yet it listens on {} only",
        config.name(),
        config.workDir(),
        config.host());
    ignite = startIgnite(profile(numerics));
    opened.push(() -> Ignition.stop(config.name(), true));

    Membership membership =
        new Membership(
            ignite, config.initialNodes(), Duration.ofSeconds(config.departureSeconds()), clock);
    opened.push(membership);
    membership.awaitActive(() -> stopped);
    new SnapshotRestore(ignite, restore).run(() -> stopped);
    GridLayout layout = config.layout();
    layout.check(ignite);
    new Migrations(ignite, layout, clock, GridTables.migrations()).run(() -> stopped);
    membership.watch();

    ClaimedCpu claimed = new ClaimedCpu();
    JobKinds kinds = new JobKinds();
    GridParts parts = parts(kinds, claimed);
    opened.push(parts.runtime());
    Features features = new Features(parts, claimed);
    opened.push(features);
    kinds.open(Handlers.all(parts, features));
    parts.runtime().open(ignite);
    features.start();
    JobCoordinator coordinator =
        JobCoordinator.on(
            ignite,
            parts.jobs(),
            parts.runtime(),
            features.usage(),
            parts.placement(),
            config.backups(),
            config.maxRunningJobs());
    opened.push(coordinator);
    coordinator.start();
    RequestGrid requests =
        new RequestGrid(ignite, parts.placement(), config.backups(), "default", features.usage());
    opened.push(requests);
    DatasetFlightServer flight = flight(parts, features, claimed);
    opened.push(flight);
    flightPort = flight.port();
    ApiServer api = api(parts, features, requests);
    opened.push(api);
    apiPort = api.port();
    LOG.info("ready: {}", readyLine());
  }

  private ApiServer api(GridParts parts, Features features, RequestGrid requests) {
    Jobs jobs = new ApiJobs(parts.jobs());
    Backends backends =
        new Backends(
            jobs,
            new WorkflowRuns(jobs, Handlers.workflows(parts), parts.blobs()),
            parts.datasets(),
            new ApiDatasetRows(new DatasetReader(parts.datasets(), parts.chunks())),
            parts.placement()::owners,
            new ApiModels(features.registry(), features.predictor()),
            new ApiBills(features.billing(), jobs),
            new ApiCare(parts, features.snapshots()),
            new ApiNodeFacts(
                parts,
                BuildId.current(),
                config.host() + ":" + clientPort(),
                config.host() + ":" + flightPort),
            new ApiDatasetAccess(
                new RowPages(parts.datasets(), requests.grid(), PAGE_BUDGET),
                features.uploads(),
                jobs));
    return onPort(
        config.apiPort(), FIRST_API_PORT, port -> ApiServer.start(apiConfig(port), backends));
  }

  private DatasetFlightServer flight(GridParts parts, Features features, ClaimedCpu claimed) {
    DatasetFlightServer.Parts needed =
        new DatasetFlightServer.Parts(
            parts.datasets(),
            parts.runtime(),
            parts.jobs(),
            parts.placement(),
            features.uploads(),
            features.usage(),
            claimed::add,
            parts.table(FlightNodeRow.TABLE),
            secrets
                .tls()
                .map(
                    context ->
                        new DatasetFlightServer.Tls(
                            context, config.tls().orElseThrow().clientCertificates())),
            clock);
    return onPort(
        config.flightPort(),
        FIRST_FLIGHT_PORT,
        port -> DatasetFlightServer.start(config.host(), port, needed));
  }

  /** Starts what listens on the port that was set, else on the next free one. */
  private <T> T onPort(OptionalInt set, int first, IntFunction<T> start) {
    if (set.isPresent()) {
      return start.apply(set.getAsInt());
    }
    int port = first;
    while (true) {
      port = SetPorts.nextFree(config.host(), port);
      try {
        return start.apply(port);
      } catch (NeuroWeaverException e) {
        // A node that starts at the same time may have been faster.
        if (e.kind() != ErrorKind.CONFLICT) {
          throw e;
        }
        port++;
      }
    }
  }

  private ApiConfig apiConfig(int port) {
    ApiConfig plain = ApiConfig.on(config.host(), port);
    return secrets
        .tls()
        .map(context -> plain.withTls(context, config.tls().orElseThrow().clientCertificates()))
        .orElse(plain);
  }

  private int clientPort() {
    return ignite
        .cluster()
        .localNode()
        .<Integer>attribute(ClientListenerProcessor.CLIENT_LISTENER_PORT);
  }

  private GridParts parts(JobKinds kinds, ClaimedCpu claimed) {
    IgniteDatasetCatalog datasets =
        new IgniteDatasetCatalog(
            new IgniteRecordTable<>(ignite, DatasetRow.TABLE),
            new IgniteRecordTable<>(ignite, DatasetVersionRow.TABLE),
            new IgniteRecordTable<>(ignite, DatasetReservationRow.TABLE),
            new IgniteRecordTable<>(ignite, DatasetDisposalRow.TABLE),
            config.partitions(),
            clock);
    Placement placement = new Placement(ignite, IgniteChunkStore.CACHE);
    DiskGuard disk =
        new DiskGuard(
            config, new IgniteRecordTable<>(ignite, NodeDiskRow.TABLE), placement::nodes, clock);
    opened.push(disk);
    disk.start();
    ChunkStore chunks =
        new IgniteChunkStore(
            ignite.cache(IgniteChunkStore.CACHE),
            new ChunkRepair(ignite, new IgniteRecordTable<>(ignite, ChunkRepairRow.TABLE), clock),
            disk::admit);
    IgniteBlobStore blobs =
        new IgniteBlobStore(ignite.cache(IgniteBlobStore.CACHE), config.blobsDir(), disk::admit);
    blobs.removeStrayFiles();
    JobService jobs = JobService.on(ignite, kinds, clock);
    NodeRuntime runtime =
        new NodeRuntime(
            config.name(), datasets, chunks, blobs, config.workers(), claimed::add, clock);
    return new GridParts(
        config, home, ignite, clock, datasets, chunks, blobs, jobs, runtime, placement);
  }

  private Ignite startIgnite(String numerics) {
    // Ignite must not stop on a signal by itself: jobs and the API stop first.
    System.setProperty("IGNITE_NO_SHUTDOWN_HOOK", "true");
    try {
      return Ignition.start(
          new IgniteAssembly(config, BuildId.current(), numerics, secrets, restore)
              .configuration());
    } catch (IgniteException e) {
      Throwable cause = e;
      while (cause.getCause() != null && cause.getCause() != cause) {
        cause = cause.getCause();
      }
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "node " + config.name() + " could not join the grid: " + cause.getMessage(),
          Map.of("node", config.name()),
          e);
    }
  }

  /** One machine-readable line: where this node listens. */
  public String readyLine() {
    ClusterNode node = ignite.cluster().localNode();
    int discovery = ((TcpDiscoveryNode) node).discoveryPort();
    return "ready name="
        + config.name()
        + " api="
        + config.host()
        + ":"
        + apiPort
        + " client="
        + config.host()
        + ":"
        + clientPort()
        + " flight="
        + config.host()
        + ":"
        + flightPort
        + " discovery="
        + config.host()
        + ":"
        + discovery;
  }

  /** Asks a start under way, or the node, to stop; returns at once. */
  void requestStop() {
    stopped = true;
    closed.countDown();
  }

  /** Returns when somebody has asked the node to stop. */
  void awaitStop() throws InterruptedException {
    closed.await();
  }

  @Override
  public synchronized void close() {
    requestStop();
    while (!opened.isEmpty()) {
      AutoCloseable next = opened.pop();
      try {
        next.close();
      } catch (Exception e) {
        LOG.warn("cannot close {}", next, e);
      }
    }
  }
}
