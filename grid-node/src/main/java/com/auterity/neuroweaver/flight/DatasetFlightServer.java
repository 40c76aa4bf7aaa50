package com.auterity.neuroweaver.flight;

import com.auterity.neuroweaver.costguard.UsageRow;
import com.auterity.neuroweaver.costguard.UsageSink;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import com.auterity.neuroweaver.job.JobService;
import com.auterity.neuroweaver.job.NodeRuntime;
import com.auterity.neuroweaver.job.Placement;
import com.auterity.neuroweaver.jobs.grid.DaemonThreads;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.upload.Uploads;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import javax.net.ssl.SSLContext;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node's Flight server. */
public final class DatasetFlightServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DatasetFlightServer.class);
  private static final String TENANT = "default";
  private static final long STOP_SECONDS = 10;

  /** Bytes of a batch that is put; it is in memory whole. */
  private static final int LONGEST_BATCH = 256 << 20;

  private final FlightServer server;
  private final BufferAllocator memory;

  private DatasetFlightServer(FlightServer server, BufferAllocator memory) {
    this.server = server;
    this.memory = memory;
  }

  /**
   * TLS of every server of the grid.
   *
   * @param clientCertificates whether clients must show one
   */
  public record Tls(SSLContext context, boolean clientCertificates) {
    private SslContext http2() {
      return new JdkSslContext(
          context,
          false,
          null,
          IdentityCipherSuiteFilter.INSTANCE,
          new ApplicationProtocolConfig(
              ApplicationProtocolConfig.Protocol.ALPN,
              ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
              ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
              ApplicationProtocolNames.HTTP_2),
          clientCertificates ? ClientAuth.REQUIRE : ClientAuth.NONE,
          null,
          false);
    }
  }

  /**
   * What it needs of its node.
   *
   * @param nodes where all servers are
   * @param claimedCpu told the CPU nanoseconds of every stream
   */
  public record Parts(
      DatasetCatalog datasets,
      NodeRuntime runtime,
      JobService jobs,
      Placement placement,
      Uploads uploads,
      UsageSink usage,
      LongConsumer claimedCpu,
      RecordTable<FlightNodeRow> nodes,
      Optional<Tls> tls,
      Clock clock) {}

  /** Starts listening and tells the other nodes where; CONFLICT when the port is taken. */
  public static DatasetFlightServer start(String host, int port, Parts parts) {
    BufferAllocator memory = new RootAllocator();
    Meter meter = new Meter();
    NodeContext node = parts.runtime().context(meter);
    DatasetProducer producer =
        new DatasetProducer(
            TENANT,
            parts.datasets(),
            new DatasetReader(parts.datasets(), node.chunks()),
            parts.uploads(),
            parts.jobs(),
            parts.placement()::owners,
            name ->
                parts
                    .nodes()
                    .get(TENANT, name)
                    .map(
                        row ->
                            parts.tls().isPresent()
                                ? Location.forGrpcTls(row.host(), row.port())
                                : Location.forGrpcInsecure(row.host(), row.port()))
                    .orElse(null),
            work -> () -> measured(work, parts),
            memory);
    FlightServer server =
        FlightServer.builder(memory, Location.forGrpcInsecure(host, port), producer)
            .executor(Executors.newCachedThreadPool(DaemonThreads.named("flight")))
            .transportHint(
                "grpc.builderConsumer",
                (Consumer<NettyServerBuilder>)
                    builder -> {
                      builder.maxInboundMessageSize(LONGEST_BATCH);
                      parts.tls().ifPresent(tls -> builder.sslContext(tls.http2()));
                    })
            .build();
    try {
      server.start();
    } catch (IOException e) {
      memory.close();
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "Flight cannot listen on " + host + ":" + port + ": the port is taken",
          Map.of("host", host, "port", port),
          e);
    }
    parts.nodes().put(new FlightNodeRow(TENANT, node.nodeName(), host, server.getPort()));
    return new DatasetFlightServer(server, memory);
  }

  /** Runs the work and writes what it used. */
  private static void measured(Runnable work, Parts parts) {
    Meter meter = new Meter();
    Instant begin = parts.clock().instant();
    long started = System.nanoTime();
    try {
      meter.run(work);
    } finally {
      long wall = System.nanoTime() - started;
      Meter.Usage used = meter.usage(wall);
      parts.claimedCpu().accept(used.cpuNanos());
      parts
          .usage()
          .write(List.of(UsageRow.read(TENANT, parts.runtime().nodeName(), begin, wall, used)));
    }
  }

  /** The port it listens on. */
  public int port() {
    return server.getPort();
  }

  @Override
  public void close() throws InterruptedException {
    server.shutdown();
    if (!server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
      LOG.info("some Flight streams did not end in {} s and are cut off", STOP_SECONDS);
    }
    try {
      server.close();
      memory.close();
    } catch (IllegalStateException e) {
      LOG.warn("Flight kept memory: {}", e.getMessage());
    }
  }
}
