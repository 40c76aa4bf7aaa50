package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.format.BatchSource;
import com.auterity.neuroweaver.datasets.format.DatasetFile;
import com.auterity.neuroweaver.datasets.format.FilePatterns;
import com.auterity.neuroweaver.datasets.format.RejectedRows;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog.Reservation;
import com.auterity.neuroweaver.datasets.store.DatasetWriter;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.Partitioning;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.CancelledException;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Job {@code load}: files become a new dataset version. The coordinator streams them and sends each
 * chunk to the node that holds its partition; the version is visible once its manifest is
 * committed, and a load that ends before leaves nothing behind.
 */
public final class LoadHandler implements JobHandler {
  /** So many rejected rows stand in the result with line and message. */
  static final int REJECTIONS_SHOWN = 20;

  private static final Duration BETWEEN_CHECKPOINTS = Duration.ofSeconds(2);

  private final Clock clock;
  private final Duration betweenCheckpoints;
  private final LoadKeys keys;

  public LoadHandler(LoadKeys keys) {
    this(Clock.systemUTC(), BETWEEN_CHECKPOINTS, keys);
  }

  LoadHandler(Clock clock, Duration betweenCheckpoints, LoadKeys keys) {
    this.keys = keys;
    this.clock = clock;
    this.betweenCheckpoints = betweenCheckpoints;
  }

  @Override
  public String kind() {
    return "load";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    LoadParameters asked = LoadParameters.of(parameters);
    if (asked.upload() != null) {
      // What it holds is looked at where it is loaded.
      asked.checkRejects();
      return;
    }
    List<Path> files = FilePatterns.files(asked.patterns());
    List<String> columns = DatasetFile.columns(files, asked.options(files));
    asked.checkRejects();
    if (!columns.isEmpty() && asked.partitionBy() != null) {
      Partitioning.check(columns, asked.partitionBy());
    }
  }

  @Override
  public ObjectNode run(JobContext context) {
    LoadParameters parameters = LoadParameters.of(context.parameters());
    if (parameters.upload() == null) {
      return run(context, parameters);
    }
    String address = parameters.upload().address();
    try {
      ObjectNode result = run(context, parameters);
      context.blobs().remove(address);
      return result;
    } catch (NeuroWeaverException e) {
      if (e instanceof FencedException || e.kind().retryable()) {
        // A later run needs the file.
        throw e;
      }
      context.blobs().remove(address);
      throw named(parameters.upload(), e);
    }
  }

  /** The error in the words of who sent the file, who does not know where it lies. */
  private static NeuroWeaverException named(LoadParameters.Upload upload, NeuroWeaverException e) {
    String message =
        e.getMessage().replaceAll("\\S*/" + Pattern.quote(upload.address()), upload.file());
    return e instanceof CancelledException || message.equals(e.getMessage())
        ? e
        : new NeuroWeaverException(e.kind(), message, Map.of("file", upload.file()), e);
  }

  private ObjectNode run(JobContext context, LoadParameters parameters) {
    Optional<LoadState> before =
        context.lastCommit().map(commit -> RecordCodec.decode(commit.state(), LoadState.class));
    Loaded loaded = before.map(LoadState::loaded).orElse(null);
    if (loaded == null) {
      List<Path> files = parameters.files(context::blobs);
      if (parameters.once() || parameters.key() != null) {
        String content = parameters.contentSha256(files);
        Optional<Manifest> first =
            keys.claim(
                context,
                parameters.name(),
                parameters.once() ? content : parameters.key(),
                content);
        if (first.isPresent()) {
          context.attribute(first.get().versionId(), null);
          return result(first.get(), null, null).put("loaded_before", true);
        }
      }
      loaded = load(context, parameters, files, before.map(LoadState::underWay));
    }
    context.datasets().commit(loaded.manifest());
    context.attribute(loaded.manifest().versionId(), null);
    Manifest manifest = context.datasets().get(context.tenant(), loaded.manifest().versionId());
    return result(manifest, loaded, parameters.rejects());
  }

  private Loaded load(
      JobContext context,
      LoadParameters parameters,
      List<Path> files,
      Optional<LoadUnderWay> before) {
    Reservation reserved =
        context.datasets().reserve(context.tenant(), parameters.name(), context.jobId());
    Manifest newest = context.datasets().find(context.tenant(), parameters.name()).orElse(null);
    Evolution.Plan plan =
        Evolution.plan(files, parameters.options(files), newest, parameters.evolution());
    LoadCheckpoints checkpoints =
        LoadCheckpoints.of(
            context,
            files,
            newest == null ? null : newest.versionId(),
            parameters.rejects(),
            before,
            betweenCheckpoints);
    try (BatchSource source =
            DatasetFile.openBatches(
                files,
                plan.options(),
                checkpoints.resumeAt(),
                new RejectedRows.Kept(REJECTIONS_SHOWN, parameters.rejects() != null));
        checkpoints;
        LoadThreads threads = new LoadThreads(context)) {
      DatasetWriter writer =
          DatasetWriter.parallel(
              context.chunks(),
              context.tenant(),
              reserved.versionId(),
              source.schema(),
              Partitioning.by(
                  source.schema(), parameters.partitionBy(), context.datasets().partitions()),
              threads,
              threads.count() + 1);
      try {
        Loaded loaded =
            write(context, parameters, plan, reserved, source, threads, checkpoints, writer);
        for (Path file : files) {
          context.meter().bytesRead(Files.size(file));
        }
        // Before the manifest: a run that finds this only repeats the commit, never the chunks.
        checkpoints.loaded(loaded);
        return loaded;
      } catch (FencedException e) {
        // The chunks have the same keys in the run that took over: they are its own now.
        throw e;
      } catch (IOException | RuntimeException e) {
        withdraw(context, checkpoints, writer, e);
        if (e instanceof RuntimeException failure) {
          throw failure;
        }
        throw new NeuroWeaverException(
            ErrorKind.UNAVAILABLE, "the files cannot be read: " + e.getMessage(), Map.of(), e);
      }
    }
  }

  private Loaded write(
      JobContext context,
      LoadParameters parameters,
      Evolution.Plan plan,
      Reservation reserved,
      BatchSource source,
      LoadThreads threads,
      LoadCheckpoints checkpoints,
      DatasetWriter writer) {
    long started = System.nanoTime();
    long total = Math.max(source.records(), plan.records());
    RejectedRows rejected = new RejectedRows(REJECTIONS_SHOWN);
    checkpoints.resume(writer, rejected);
    long records = checkpoints.resumeAt().records();
    long recordsBefore = records;
    BatchSource.Batch batch;
    BatchQueue batches = new BatchQueue(source, threads);
    while ((batch = batches.next()) != null) {
      checkpoints.begin(batch.start(), rejected);
      writer.add(batch.rows());
      rejected.addAll(batch.rejected());
      checkpoints.rejected(batch.rejected());
      records = batch.start().records() + batch.rows().rows() + batch.rejected().total();
      report(context, total, rejected, records, records - recordsBefore, started);
      checkpoints.take(writer);
    }
    List<ChunkInfo> chunks = writer.finish();
    checkpoints.publishRejected();
    if (chunks.isEmpty()) {
      throw NeuroWeaverException.invalid(
          parameters.source()
              + " has no row that can be taken"
              + (rejected.first().isEmpty()
                  ? ""
                  : "; "
                      + rejected.total()
                      + " were rejected, the first at "
                      + rejected.first().get(0).place()
                      + ": "
                      + rejected.first().get(0).message()));
    }
    Manifest manifest =
        new Manifest(
            context.tenant(),
            reserved.datasetId(),
            parameters.name(),
            reserved.versionId(),
            reserved.version(),
            source.schema(),
            context.datasets().partitions(),
            parameters.partitionBy(),
            chunks,
            List.of(),
            context.jobId(),
            clock.instant().truncatedTo(ChronoUnit.MICROS));
    report(context, total, rejected, records, records - recordsBefore, started);
    return new Loaded(manifest, rejected.counts(), new ArrayList<>(rejected.first()));
  }

  private static void report(
      JobContext context,
      long total,
      RejectedRows rejected,
      long records,
      long recordsNow,
      long started) {
    context.ensureActive();
    double seconds = Math.max(1, System.nanoTime() - started) / 1e9;
    context.progress(
        new Progress(
            "loading",
            records,
            total,
            "rows",
            Map.of(
                "rejected", (double) rejected.total(), "rows_per_second", recordsNow / seconds)));
  }

  /** Takes the chunks back, unless another run of this job is writing them by now. */
  private static void withdraw(
      JobContext context, LoadCheckpoints checkpoints, DatasetWriter writer, Exception failure) {
    try {
      if (!(failure instanceof CancelledException)) {
        context.ensureActive();
      }
    } catch (CancelledException e) {
      suppress(failure, e);
    } catch (RuntimeException e) {
      // Taken over, or the grid is out of reach: what is left is overwritten or collected later.
      suppress(failure, e);
      return;
    }
    try {
      checkpoints.forget();
      writer.abandon();
    } catch (RuntimeException e) {
      // The garbage collector will find them; what failed first is what the user must see.
      suppress(failure, e);
    }
  }

  /** A run that has ended throws the same exception each time it is asked. */
  private static void suppress(Exception failure, RuntimeException e) {
    if (e != failure) {
      failure.addSuppressed(e);
    }
  }

  /**
   * @param loaded null when an earlier load made the version
   */
  private static ObjectNode result(Manifest manifest, Loaded loaded, Path rejects) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("dataset", manifest.name());
    result.put("dataset_id", manifest.datasetId());
    result.put("version_id", manifest.versionId());
    result.put("version", manifest.version());
    result.put("rows", manifest.rows());
    result.put("bytes", manifest.bytes());
    if (loaded == null) {
      return result;
    }
    ObjectNode rejected = result.putObject("rejected");
    new TreeMap<>(loaded.rejected()).forEach(rejected::put);
    ArrayNode first = result.putArray("rejected_rows");
    for (RejectedRows.Rejection rejection : loaded.firstRejected()) {
      ObjectNode row = first.addObject();
      if (rejection.file() != null) {
        row.put("file", rejection.file());
      }
      row.put("line", rejection.line())
          .put("reason", rejection.reason())
          .put("message", rejection.message());
    }
    if (rejects != null) {
      result.put("rejects", rejects.toString());
    }
    return result;
  }
}
