package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.format.ExportFormat;
import com.auterity.neuroweaver.datasets.format.RowWriter;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * Job {@code export}: a dataset version becomes a Parquet, Arrow, CSV or JSON Lines file on the
 * coordinator's machine, rows in source order. The file appears whole or not at all.
 */
public final class ExportHandler implements JobHandler {
  private static final Set<String> KNOWN = Set.of("dataset", "path", "format", "compression");
  private static final int ROWS_BETWEEN_CHECKS = 1_000;

  @Override
  public String kind() {
    return "export";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    Parameters asked = Parameters.of(parameters);
    if (Files.exists(asked.file())) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "path: " + asked.file() + " is there already; remove it or choose another path");
    }
    Path folder = asked.file().getParent();
    if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw NeuroWeaverException.invalid(
          "path: " + folder + " is no folder this node's user may write to");
    }
  }

  @Override
  public ObjectNode run(JobContext context) throws IOException {
    Parameters asked = Parameters.of(context.parameters());
    DatasetReader reader = new DatasetReader(context.datasets(), context.chunks());
    Manifest manifest = reader.manifest(context.tenant(), asked.dataset());
    context.attribute(manifest.versionId(), null);
    // Named by the job, so that a run after a crash writes over its own draft.
    Path draft =
        asked.file().resolveSibling("." + asked.file().getFileName() + "." + context.jobId());
    try {
      write(context, reader.rows(manifest), manifest, draft, asked);
      long bytes = Files.size(draft);
      Files.move(draft, asked.file(), StandardCopyOption.ATOMIC_MOVE);
      context.meter().bytesWritten(bytes);
      return JsonNodeFactory.instance
          .objectNode()
          .put("dataset", manifest.name())
          .put("dataset_id", manifest.datasetId())
          .put("version_id", manifest.versionId())
          .put("path", asked.file().toString())
          .put("format", asked.format().word())
          .put("rows", manifest.rows())
          .put("bytes", bytes);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static void write(
      JobContext context, Iterator<Row> rows, Manifest manifest, Path file, Parameters asked)
      throws IOException {
    long total = manifest.rows();
    long done = 0;
    try (RowWriter writer = asked.format().open(file, manifest.schema(), asked.compression())) {
      while (rows.hasNext()) {
        writer.write(rows.next());
        if (++done % ROWS_BETWEEN_CHECKS == 0) {
          context.ensureActive();
          context.progress(new Progress("exporting", done, total, "rows", Map.of()));
        }
      }
    }
    context.progress(new Progress("exporting", done, total, "rows", Map.of()));
  }

  private record Parameters(
      String dataset, Path file, ExportFormat format, ExportFormat.Compression compression) {
    static Parameters of(ObjectNode json) {
      Fields fields = new Fields("", json, KNOWN);
      Path file = fields.path("path");
      ExportFormat format = ExportFormat.of(fields.textOrNull("format"), file);
      return new Parameters(
          fields.text("dataset"),
          file,
          format,
          format.compression(
              fields.enumOrNull("compression", ExportFormat.Compression.class), file));
    }
  }
}
