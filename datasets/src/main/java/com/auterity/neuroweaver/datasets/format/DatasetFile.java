package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A file to load: checked, then opened as rows. */
public final class DatasetFile {
  private DatasetFile() {}

  /**
   * @throws NeuroWeaverException NOT_FOUND or INVALID_INPUT when it is no readable, non-empty file
   */
  public static void check(Path file) {
    if (!Files.exists(file)) {
      throw new NeuroWeaverException(
          ErrorKind.NOT_FOUND,
          "path: there is no file " + file + " on this node",
          Map.of("path", file.toString()));
    }
    if (!Files.isRegularFile(file)) {
      throw refused(file, "is a folder or device, expected a file");
    }
    if (!Files.isReadable(file)) {
      throw refused(file, "may not be read by this node's user");
    }
    try {
      if (Files.size(file) == 0) {
        throw refused(file, "is empty: it has no byte");
      }
    } catch (IOException e) {
      throw refused(file, "cannot be read: " + e.getMessage());
    }
  }

  /**
   * The names of the file's columns as far as its beginning (for Parquet its end) tells them; empty
   * for JSON Lines, whose columns only the whole file tells. Cheap, for checks before a load.
   *
   * @throws NeuroWeaverException as {@link #open}
   */
  public static List<String> columns(Path file, FileOptions options) {
    check(file);
    return switch (options.format()) {
      case CSV, TSV ->
          DelimitedReader.columns(file, options).stream().map(ColumnDeclaration::name).toList();
      case JSONL -> List.of();
      case PARQUET -> {
        try (RowReader reader = ParquetRowReader.open(file, options, new RejectedRows(0))) {
          yield reader.schema().names();
        }
      }
    };
  }

  /**
   * Opens the file; where types have to be inferred the whole of it is read once before.
   *
   * @throws NeuroWeaverException INVALID_INPUT naming file and place when it is no such file
   */
  public static RowReader open(Path file, FileOptions options, RejectedRows rejected) {
    check(file);
    return switch (options.format()) {
      case CSV, TSV -> DelimitedReader.open(file, options, rejected);
      case JSONL -> JsonLinesReader.open(file, options, rejected);
      case PARQUET -> ParquetRowReader.open(file, options, rejected);
    };
  }

  /**
   * Opens the file for many threads; the same rows as {@link #open} gives.
   *
   * @param from where to begin: the start of a piece of an earlier reading of the same file
   * @param rejectionsKept how many rejected rows of each batch are kept with line and message
   * @throws NeuroWeaverException as {@link #open}
   */
  public static BatchSource openBatches(
      Path file, FileOptions options, BatchSource.Position from, int rejectionsKept) {
    check(file);
    if (DelimitedBatches.takes(options)) {
      return DelimitedBatches.open(
          file, options, DelimitedReader.typed(file, options), from, rejectionsKept);
    }
    if (options.format() == FileFormat.PARQUET) {
      return ParquetBatches.open(file, options, from, rejectionsKept);
    }
    return new RowBatches(rejectionsKept, from, rejected -> open(file, options, rejected));
  }

  static NeuroWeaverException refused(Path file, String why) {
    return refused(file, why, null);
  }

  static NeuroWeaverException refused(Path file, String why, Throwable cause) {
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT, file + " " + why, Map.of("path", file.toString()), cause);
  }

  static NeuroWeaverException refused(Path file, long line, String why, Throwable cause) {
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT,
        file + " line " + line + ": " + why,
        Map.of("path", file.toString(), "line", line),
        cause);
  }
}
