package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.format.DatasetFile;
import com.auterity.neuroweaver.datasets.format.RejectedRows;
import com.auterity.neuroweaver.datasets.format.RowReader;
import com.auterity.neuroweaver.datasets.schema.Row;
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
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Job {@code load}: a file becomes a new dataset version. The coordinator streams the file and
 * sends each chunk to the node that holds its partition; the version is visible once its manifest
 * is committed, and a load that ends before leaves nothing behind.
 */
public final class LoadHandler implements JobHandler {
  /** So many rejected rows stand in the result with line and message. */
  static final int REJECTIONS_SHOWN = 20;

  private static final int ROWS_BETWEEN_CHECKS = 1_000;

  private final Clock clock;

  public LoadHandler() {
    this(Clock.systemUTC());
  }

  LoadHandler(Clock clock) {
    this.clock = clock;
  }

  @Override
  public String kind() {
    return "load";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    LoadParameters asked = LoadParameters.of(parameters);
    List<String> columns = DatasetFile.columns(asked.file(), asked.options());
    if (!columns.isEmpty() && asked.partitionBy() != null) {
      Partitioning.check(columns, asked.partitionBy());
    }
  }

  @Override
  public ObjectNode run(JobContext context) {
    LoadParameters parameters = LoadParameters.of(context.parameters());
    Loaded loaded =
        context
            .lastCommit()
            .map(commit -> RecordCodec.decode(commit.state(), Loaded.class))
            .orElseGet(() -> load(context, parameters));
    context.datasets().commit(loaded.manifest());
    context.attribute(loaded.manifest().versionId(), null);
    return result(context.datasets().get(context.tenant(), loaded.manifest().versionId()), loaded);
  }

  private Loaded load(JobContext context, LoadParameters parameters) {
    Reservation reserved =
        context.datasets().reserve(context.tenant(), parameters.name(), context.jobId());
    RejectedRows rejected = new RejectedRows(REJECTIONS_SHOWN);
    try (RowReader rows = DatasetFile.open(parameters.file(), parameters.options(), rejected)) {
      DatasetWriter writer =
          new DatasetWriter(
              context.chunks(),
              context.tenant(),
              reserved.versionId(),
              rows.schema(),
              Partitioning.by(
                  rows.schema(), parameters.partitionBy(), context.datasets().partitions()));
      try {
        Loaded loaded = write(context, parameters, reserved, rows, rejected, writer);
        context.meter().bytesRead(Files.size(parameters.file()));
        // Before the manifest: a run that finds this only repeats the commit, never the chunks.
        context.commit(1, RecordCodec.encode(loaded));
        return loaded;
      } catch (FencedException e) {
        // The chunks have the same keys in the run that took over: they are its own now.
        throw e;
      } catch (IOException | RuntimeException e) {
        withdraw(context, writer, e);
        if (e instanceof RuntimeException failure) {
          throw failure;
        }
        throw new NeuroWeaverException(
            ErrorKind.UNAVAILABLE,
            parameters.file() + " cannot be read: " + e.getMessage(),
            Map.of(),
            e);
      }
    }
  }

  private Loaded write(
      JobContext context,
      LoadParameters parameters,
      Reservation reserved,
      RowReader rows,
      RejectedRows rejected,
      DatasetWriter writer)
      throws IOException {
    long started = System.nanoTime();
    Row row;
    while ((row = rows.next()) != null) {
      writer.add(row);
      if (writer.rows() % ROWS_BETWEEN_CHECKS == 0) {
        report(context, rows, rejected, writer.rows(), started);
      }
    }
    if (writer.rows() == 0) {
      throw NeuroWeaverException.invalid(
          parameters.file()
              + " has no row that can be taken; "
              + rejected.total()
              + " were rejected, the first at line "
              + rejected.first().get(0).line()
              + ": "
              + rejected.first().get(0).message());
    }
    Manifest manifest =
        new Manifest(
            context.tenant(),
            reserved.datasetId(),
            parameters.name(),
            reserved.versionId(),
            reserved.version(),
            rows.schema(),
            context.datasets().partitions(),
            parameters.partitionBy(),
            writer.finish(),
            List.of(),
            context.jobId(),
            clock.instant().truncatedTo(ChronoUnit.MICROS));
    report(context, rows, rejected, writer.rows(), started);
    return new Loaded(manifest, rejected.counts(), new ArrayList<>(rejected.first()));
  }

  private static void report(
      JobContext context, RowReader rows, RejectedRows rejected, long done, long started) {
    context.ensureActive();
    double seconds = Math.max(1, System.nanoTime() - started) / 1e9;
    context.progress(
        new Progress(
            "loading",
            done + rejected.total(),
            rows.records(),
            "rows",
            Map.of("rejected", (double) rejected.total(), "rows_per_second", done / seconds)));
  }

  /** Takes the chunks back, unless another run of this job is writing them by now. */
  private static void withdraw(JobContext context, DatasetWriter writer, Exception failure) {
    try {
      if (!(failure instanceof CancelledException)) {
        context.ensureActive();
      }
    } catch (CancelledException e) {
      failure.addSuppressed(e);
    } catch (RuntimeException e) {
      // Taken over, or the grid is out of reach: what is left is overwritten or collected later.
      failure.addSuppressed(e);
      return;
    }
    try {
      writer.abandon();
    } catch (RuntimeException e) {
      // The garbage collector will find them; what failed first is what the user must see.
      failure.addSuppressed(e);
    }
  }

  private static ObjectNode result(Manifest manifest, Loaded loaded) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("dataset", manifest.name());
    result.put("dataset_id", manifest.datasetId());
    result.put("version_id", manifest.versionId());
    result.put("version", manifest.version());
    result.put("rows", manifest.rows());
    result.put("bytes", manifest.bytes());
    ObjectNode rejected = result.putObject("rejected");
    new TreeMap<>(loaded.rejected()).forEach(rejected::put);
    ArrayNode first = result.putArray("rejected_rows");
    for (RejectedRows.Rejection rejection : loaded.firstRejected()) {
      first
          .addObject()
          .put("line", rejection.line())
          .put("reason", rejection.reason())
          .put("message", rejection.message());
    }
    return result;
  }

  /** What a finished load is before its manifest is committed. */
  record Loaded(
      Manifest manifest, Map<String, Long> rejected, List<RejectedRows.Rejection> firstRejected) {}
}
