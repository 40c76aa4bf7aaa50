package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.Widening;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Files to load: checked, then opened as rows. */
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

  /** {@link #columns(List, FileOptions)} of one file. */
  public static List<String> columns(Path file, FileOptions options) {
    return columns(List.of(file), options);
  }

  /**
   * The names of the files' columns as far as the beginning of the first (for Parquet and Arrow its
   * footer) tells them; empty for JSON, whose columns only the whole file tells. Cheap, for checks
   * before a load.
   *
   * @throws NeuroWeaverException as {@link #open}
   */
  public static List<String> columns(List<Path> files, FileOptions options) {
    files.forEach(DatasetFile::check);
    Path file = files.get(0);
    FileOptions known = complete(file, options);
    List<String> names =
        switch (options.format()) {
          case CSV, TSV, NHTSA_COMPLAINTS, NHTSA_RECALLS ->
              DelimitedReader.columns(file, known).stream().map(ColumnDeclaration::name).toList();
          case JSON, JSONL -> List.of();
          case ADF -> AdfLead.COLUMNS;
          case PARQUET, ARROW -> {
            try (RowReader reader =
                openOne(file, known.withSelect(List.of()), new RejectedRows(0))) {
              yield reader.schema().names();
            }
          }
        };
    if (names.isEmpty() || options.select().isEmpty()) {
      return names;
    }
    options.select().forEach(name -> requireSelected(file, name, names));
    return options.select();
  }

  /** {@link #open(List, FileOptions, RejectedRows)} of one file. */
  public static RowReader open(Path file, FileOptions options, RejectedRows rejected) {
    return open(List.of(file), options, rejected);
  }

  /**
   * Opens the files as one series of rows; where types have to be inferred the whole of them is
   * read once before.
   *
   * @throws NeuroWeaverException INVALID_INPUT naming file and place when one is no such file
   */
  public static RowReader open(List<Path> files, FileOptions options, RejectedRows rejected) {
    files.forEach(DatasetFile::check);
    RowReader rows =
        files.size() == 1
            ? openOne(files.get(0), options, rejected)
            : FileSeries.open(files, options, rejected);
    try {
      RowReader selected = reshaped(rows, selected(files.get(0), rows, options), rejected);
      // Delimited text is checked cell by cell where it is read.
      Meanings meanings = new Meanings(selected.schema(), options.columns());
      return options.format().delimited() || !meanings.any()
          ? selected
          : new CheckedRows(selected, meanings, rejected);
    } catch (RuntimeException e) {
      rows.close();
      throw e;
    }
  }

  /**
   * Opens the files for many threads; the same rows as {@link #open} gives.
   *
   * @param from where to begin: the start of a piece of an earlier reading of the same files
   * @param kept what is remembered of the rejected rows of each batch
   * @throws NeuroWeaverException as {@link #open}
   */
  public static BatchSource openBatches(
      List<Path> files, FileOptions options, BatchSource.Position from, RejectedRows.Kept kept) {
    files.forEach(DatasetFile::check);
    if (files.size() == 1 && options.select().isEmpty()) {
      Path file = files.get(0);
      FileOptions known = complete(file, options);
      if (DelimitedBatches.takes(file, known)) {
        return DelimitedBatches.open(file, known, DelimitedReader.typed(file, known), from, kept);
      }
      if (known.format() == FileFormat.PARQUET) {
        Optional<ParquetBatches> columns = ParquetBatches.open(file, known, from, kept);
        if (columns.isPresent()) {
          return columns.get();
        }
      }
    }
    return new RowBatches(kept, from, rejected -> open(files, options, rejected));
  }

  /** {@link #openBatches(List, FileOptions, BatchSource.Position, RejectedRows.Kept)} of a file. */
  public static BatchSource openBatches(
      Path file, FileOptions options, BatchSource.Position from, int rejectionsKept) {
    return openBatches(List.of(file), options, from, new RejectedRows.Kept(rejectionsKept, false));
  }

  /** One file's rows; what its columns mean is not checked yet. */
  static RowReader openOne(Path file, FileOptions options, RejectedRows rejected) {
    FileOptions known = complete(file, options);
    return switch (options.format()) {
      case CSV, TSV, NHTSA_COMPLAINTS, NHTSA_RECALLS -> DelimitedReader.open(file, known, rejected);
      case JSON, JSONL -> JsonRowReader.open(file, known, rejected);
      case ADF -> AdfReader.open(file, known, rejected);
      case PARQUET ->
          widened(file, known, rejected, ParquetRowReader.open(file, untyped(known), rejected));
      case ARROW ->
          widened(file, known, rejected, ArrowRowReader.open(file, untyped(known), rejected));
    };
  }

  /** The options with what the file itself tells: dialect, documented columns. */
  public static FileOptions complete(Path file, FileOptions options) {
    if (!options.format().text()) {
      requireUncompressed(file, options.format());
    }
    if (options.format().nhtsa()) {
      return NhtsaColumns.complete(file, options);
    }
    return options.format().delimited() ? Dialect.complete(file, options) : options;
  }

  /** The rows under a schema of the same or wider types; the reader itself when it is its own. */
  static RowReader reshaped(RowReader rows, Schema schema, RejectedRows rejected) {
    return rows.schema().equals(schema) ? rows : new ReshapedRows(rows, schema, rejected);
  }

  private static Schema selected(Path file, RowReader rows, FileOptions options) {
    if (options.select().isEmpty()) {
      return rows.schema();
    }
    options.select().forEach(name -> requireSelected(file, name, rows.schema().names()));
    return rows.schema().select(options.select());
  }

  private static void requireSelected(Path file, String name, List<String> names) {
    if (!names.contains(name)) {
      throw refused(
          file,
          "has no column " + name + " to select; its columns are " + String.join(", ", names));
    }
  }

  /** A file that has types is read in its own; a declared one may be wider. */
  private static FileOptions untyped(FileOptions options) {
    return options.withColumns(
        options.columns().stream()
            .map(c -> new ColumnDeclaration(c.name(), null, c.semantic(), c.nullable()))
            .toList());
  }

  private static RowReader widened(
      Path file, FileOptions options, RejectedRows rejected, RowReader rows) {
    List<Column> columns = new ArrayList<>(rows.schema().columns());
    for (ColumnDeclaration declared : options.columns()) {
      OptionalInt index = rows.schema().indexOf(declared.name());
      if (declared.type() == null || index.isEmpty()) {
        continue;
      }
      ColumnType held = columns.get(index.getAsInt()).type();
      if (!Widening.allows(held, declared.type())) {
        rows.close();
        throw refused(
            file, "holds column " + declared.name() + " as " + held + ", not " + declared.type());
      }
      columns.set(index.getAsInt(), declared.column(held));
    }
    return reshaped(rows, new Schema(columns), rejected);
  }

  private static void requireUncompressed(Path file, FileFormat format) {
    try {
      Compressed.Method method = Compressed.method(file);
      if (method != Compressed.Method.NONE) {
        throw refused(
            file,
            "is compressed with "
                + method.name().toLowerCase(Locale.ROOT)
                + "; a file of format "
                + format.word()
                + " is compressed inside: decompress it first");
      }
    } catch (IOException e) {
      throw refused(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Refuses a file with more columns than a dataset may have. */
  static void checkWidth(Path file, long columns) {
    if (columns > FileOptions.MAX_COLUMNS) {
      throw refused(
          file, "has " + columns + " columns; a dataset has at most " + FileOptions.MAX_COLUMNS);
    }
  }

  static String tooLong(String column, int length, int most) {
    return column + ": expected at most " + most + " characters (max_cell), found " + length;
  }

  static NeuroWeaverException wrongBytes(Path file, FileOptions options, Throwable cause) {
    String encoding =
        options.encoding() == null ? "UTF-8" : options.encoding().name() + " as declared";
    return refused(
        file,
        "is not "
            + encoding
            + ": it has "
            + TextInput.wrongByte(file, options)
            + "; say what it is with encoding, such as windows-1252",
        cause);
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
