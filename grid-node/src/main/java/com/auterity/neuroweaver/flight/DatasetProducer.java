package com.auterity.neuroweaver.flight;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.filter.RowFilter;
import com.auterity.neuroweaver.datasets.schema.ArrowRows;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.job.JobService;
import com.auterity.neuroweaver.job.JobState;
import com.auterity.neuroweaver.job.JobView;
import com.auterity.neuroweaver.upload.Uploads;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.apache.arrow.flight.BackpressureStrategy;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.SchemaResult;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's answers over Flight. Reading goes chunk by chunk at the pace of the client; what is
 * put becomes an Arrow stream in a blob, then a load job, and is acknowledged once its version is
 * committed.
 */
final class DatasetProducer extends NoOpFlightProducer {
  private static final Logger LOG = LoggerFactory.getLogger(DatasetProducer.class);
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** Streams at once; each holds a chunk or a batch. */
  private static final int MOST_STREAMS = 32;

  private final String tenant;
  private final DatasetCatalog datasets;
  private final DatasetReader reader;
  private final Uploads uploads;
  private final JobService jobs;
  private final IntFunction<List<String>> owners;
  private final Function<String, Location> locations;
  private final UnaryOperator<Runnable> metered;
  private final BufferAllocator memory;
  private final Semaphore room = new Semaphore(MOST_STREAMS);

  /**
   * @param owners of a partition, primary first
   * @param locations where a node's Flight server is; null while it has none
   * @param metered makes reading a piece of work that is measured
   */
  DatasetProducer(
      String tenant,
      DatasetCatalog datasets,
      DatasetReader reader,
      Uploads uploads,
      JobService jobs,
      IntFunction<List<String>> owners,
      Function<String, Location> locations,
      UnaryOperator<Runnable> metered,
      BufferAllocator memory) {
    this.tenant = tenant;
    this.datasets = datasets;
    this.reader = reader;
    this.uploads = uploads;
    this.jobs = jobs;
    this.owners = owners;
    this.locations = locations;
    this.metered = metered;
    this.memory = memory;
  }

  @Override
  public void listFlights(
      CallContext context, Criteria criteria, StreamListener<FlightInfo> listener) {
    try {
      for (Manifest manifest : datasets.list(tenant)) {
        listener.onNext(
            info(
                manifest,
                new FlightTicket(manifest.versionId(), null, null, null),
                FlightDescriptor.path(manifest.name())));
      }
      listener.onCompleted();
    } catch (RuntimeException e) {
      listener.onError(status(e));
    }
  }

  @Override
  public FlightInfo getFlightInfo(CallContext context, FlightDescriptor descriptor) {
    try {
      FlightTicket asked = asked(descriptor);
      return info(datasets.get(tenant, asked.dataset()), asked, descriptor);
    } catch (RuntimeException e) {
      throw status(e);
    }
  }

  @Override
  public SchemaResult getSchema(CallContext context, FlightDescriptor descriptor) {
    try {
      FlightTicket asked = asked(descriptor);
      return new SchemaResult(
          ArrowRows.schema(projected(datasets.get(tenant, asked.dataset()), asked)));
    } catch (RuntimeException e) {
      throw status(e);
    }
  }

  private static FlightTicket asked(FlightDescriptor descriptor) {
    if (descriptor.isCommand()) {
      return FlightTicket.of(descriptor.getCommand());
    }
    if (descriptor.getPath().size() != 1) {
      throw NeuroWeaverException.invalid(
          "descriptor: expected a path of one part, the dataset's name, found "
              + descriptor.getPath());
    }
    return new FlightTicket(descriptor.getPath().get(0), null, null, null);
  }

  /** One endpoint for each node that holds some of it; rows and bytes unless they are filtered. */
  private FlightInfo info(Manifest manifest, FlightTicket asked, FlightDescriptor descriptor) {
    Schema schema = projected(manifest, asked);
    RowFilter.parse(asked.where(), manifest.schema());
    Map<String, List<Integer>> byOwner = new LinkedHashMap<>();
    for (int partition : partitions(manifest, asked)) {
      byOwner
          .computeIfAbsent(owners.apply(partition).get(0), owner -> new ArrayList<>())
          .add(partition);
    }
    List<FlightEndpoint> endpoints = new ArrayList<>();
    byOwner.forEach(
        (owner, partitions) -> {
          // The version, so that all endpoints read the same rows.
          Ticket ticket =
              new Ticket(
                  new FlightTicket(manifest.versionId(), asked.columns(), asked.where(), partitions)
                      .json());
          Location location = locations.apply(owner);
          endpoints.add(
              location == null ? new FlightEndpoint(ticket) : new FlightEndpoint(ticket, location));
        });
    boolean whole = asked.where() == null && asked.partitions() == null;
    return new FlightInfo(
        ArrowRows.schema(schema),
        descriptor,
        endpoints,
        whole && asked.columns() == null ? manifest.bytes() : -1,
        whole ? manifest.rows() : -1);
  }

  private static Schema projected(Manifest manifest, FlightTicket asked) {
    if (asked.columns() == null) {
      return manifest.schema();
    }
    Set<String> seen = new LinkedHashSet<>();
    for (String name : asked.columns()) {
      if (manifest.schema().indexOf(name).isEmpty()) {
        throw NeuroWeaverException.invalid(
            "columns: there is no column "
                + name
                + "; the columns are "
                + String.join(", ", manifest.schema().names()));
      }
      if (!seen.add(name)) {
        throw NeuroWeaverException.invalid("columns: " + name + " is named twice");
      }
    }
    if (seen.isEmpty()) {
      throw NeuroWeaverException.invalid("columns: name at least one, or leave it out for all");
    }
    return manifest.schema().select(asked.columns());
  }

  private static List<Integer> partitions(Manifest manifest, FlightTicket asked) {
    if (asked.partitions() == null) {
      return manifest.chunks().stream().map(ChunkInfo::partition).distinct().sorted().toList();
    }
    for (int partition : asked.partitions()) {
      if (partition < 0 || partition >= manifest.partitions()) {
        throw NeuroWeaverException.invalid(
            "partitions: expected 0 to " + (manifest.partitions() - 1) + ", found " + partition);
      }
    }
    return asked.partitions().stream().distinct().toList();
  }

  @Override
  public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
    if (!room.tryAcquire()) {
      listener.error(busy());
      return;
    }
    try {
      FlightTicket asked = FlightTicket.of(ticket.getBytes());
      Manifest manifest = datasets.get(tenant, asked.dataset());
      Schema schema = projected(manifest, asked);
      RowFilter filter = RowFilter.parse(asked.where(), manifest.schema());
      List<Integer> partitions = partitions(manifest, asked);
      metered.apply(() -> send(manifest, schema, filter, partitions, listener)).run();
    } catch (RuntimeException e) {
      listener.error(status(e));
    } finally {
      room.release();
    }
  }

  private void send(
      Manifest manifest,
      Schema schema,
      RowFilter filter,
      List<Integer> partitions,
      ServerStreamListener listener) {
    Set<String> needed = new LinkedHashSet<>(schema.names());
    needed.addAll(filter.columns());
    BackpressureStrategy pace = new BackpressureStrategy.CallbackBackpressureStrategy();
    pace.register(listener);
    try (VectorSchemaRoot root = VectorSchemaRoot.create(ArrowRows.schema(schema), memory)) {
      listener.start(root);
      for (int partition : partitions) {
        for (ChunkInfo chunk : manifest.chunksOf(partition)) {
          RowBatch batch = reader.chunk(manifest, chunk, List.copyOf(needed));
          int[] wanted = filter.rows(batch);
          if (wanted.length == 0) {
            continue;
          }
          RowBatch rows = batch.select(schema.names());
          if (wanted.length < rows.rows()) {
            rows = rows.rows(wanted, 0, wanted.length);
          }
          if (pace.waitForListener(0) == BackpressureStrategy.WaitResult.CANCELLED) {
            return;
          }
          ArrowRows.fill(rows, root);
          listener.putNext();
        }
      }
      listener.completed();
    }
  }

  @Override
  public Runnable acceptPut(
      CallContext context, FlightStream stream, StreamListener<PutResult> acknowledged) {
    return () -> {
      if (!room.tryAcquire()) {
        acknowledged.onError(busy());
        return;
      }
      try {
        JobView job = put(context, stream);
        byte[] result = job.result().toString().getBytes(StandardCharsets.UTF_8);
        try (ArrowBuf metadata = memory.buffer(result.length)) {
          metadata.writeBytes(result);
          acknowledged.onNext(PutResult.metadata(metadata));
        }
        acknowledged.onCompleted();
      } catch (IOException | RuntimeException e) {
        acknowledged.onError(status(e));
      } finally {
        room.release();
      }
    };
  }

  private JobView put(CallContext context, FlightStream stream) throws IOException {
    boolean first = stream.next();
    ArrowBuf metadata = first ? stream.getLatestMetadata() : null;
    byte[] options = null;
    if (metadata != null) {
      options = new byte[(int) metadata.readableBytes()];
      metadata.getBytes(metadata.readerIndex(), options);
    }
    FlightPut put = FlightPut.of(stream.getDescriptor(), options);
    String jobId =
        uploads.load(
            tenant,
            put.name() + ".arrow",
            put.parameters(),
            null,
            out -> write(stream, first, out));
    return committed(context, jobId);
  }

  /** The batches as an Arrow IPC stream. */
  private static void write(FlightStream stream, boolean first, OutputStream out)
      throws IOException {
    // The writer closes its channel, and a blob that is closed before its end is none.
    OutputStream open =
        new FilterOutputStream(out) {
          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
          }

          @Override
          public void close() {
            // Whoever opened it closes it.
          }
        };
    try (ArrowStreamWriter writer =
        new ArrowStreamWriter(
            stream.getRoot(), stream.getDictionaryProvider(), Channels.newChannel(open))) {
      writer.start();
      for (boolean more = first; more; more = stream.next()) {
        if (stream.hasRoot() && stream.getRoot().getRowCount() > 0) {
          writer.writeBatch();
        }
      }
      writer.end();
    }
  }

  /** Waits for the end of the load; a client that goes away does not stop it. */
  private JobView committed(CallContext context, String jobId) {
    try {
      while (true) {
        JobView job = jobs.await(tenant, jobId, LOOK);
        if (job.state() == JobState.SUCCEEDED) {
          return job;
        }
        if (job.state().isFinal()) {
          throw job.error() == null
              ? new NeuroWeaverException(ErrorKind.CANCELLED, "job " + jobId + " was cancelled")
              : new NeuroWeaverException(job.error().kind(), job.error().message());
        }
        if (context.isCancelled()) {
          throw new NeuroWeaverException(
              ErrorKind.CANCELLED, "the client left; job " + jobId + " goes on");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE, "the node is stopping; job " + jobId + " goes on");
    }
  }

  private static FlightRuntimeException busy() {
    return CallStatus.RESOURCE_EXHAUSTED
        .withDescription(
            "this node has " + MOST_STREAMS + " streams open and takes no more; try again")
        .toRuntimeException();
  }

  private static FlightRuntimeException status(Exception e) {
    if (e instanceof FlightRuntimeException known) {
      return known;
    }
    if (!(e instanceof NeuroWeaverException known)) {
      LOG.error("a Flight call failed", e);
      return CallStatus.INTERNAL
          .withDescription("the node failed at this call: its log says why")
          .toRuntimeException();
    }
    CallStatus status =
        switch (known.kind()) {
          case INVALID_INPUT, UNPROCESSABLE -> CallStatus.INVALID_ARGUMENT;
          case NOT_FOUND -> CallStatus.NOT_FOUND;
          case CONFLICT -> CallStatus.ALREADY_EXISTS;
          case TOO_LARGE, BUSY, OUT_OF_MEMORY, OUT_OF_STORAGE -> CallStatus.RESOURCE_EXHAUSTED;
          case UNAVAILABLE -> CallStatus.UNAVAILABLE;
          case CANCELLED -> CallStatus.CANCELLED;
          default -> CallStatus.INTERNAL;
        };
    return status.withDescription(known.getMessage()).toRuntimeException();
  }
}
