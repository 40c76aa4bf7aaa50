package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

/** The formats a dataset is written to, each with the compressions it can have, the usual first. */
public enum ExportFormat {
  PARQUET(Compression.ZSTD, Compression.SNAPPY),
  /** Arrow IPC file. */
  ARROW(Compression.ZSTD, Compression.NONE),
  /** RFC 4180 with a header. */
  CSV(Compression.NONE, Compression.GZIP, Compression.ZSTD),
  /** One JSON object on each line. */
  JSONL(Compression.NONE, Compression.GZIP, Compression.ZSTD);

  /** How a file is compressed: Parquet and Arrow inside, text as a whole. */
  public enum Compression {
    ZSTD,
    SNAPPY,
    GZIP,
    NONE;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final List<Compression> compressions;

  ExportFormat(Compression... compressions) {
    this.compressions = List.of(compressions);
  }

  /**
   * The named format, else the one the file's ending means, else Parquet.
   *
   * @param name may be null
   * @throws NeuroWeaverException INVALID_INPUT naming the formats there are
   */
  public static ExportFormat of(String name, Path file) {
    if (name == null) {
      if (!FileFormat.isKnown(file)) {
        return PARQUET;
      }
      String ending = FileFormat.ofFile(file).word();
      return find(ending) == null ? unknown(ending) : find(ending);
    }
    ExportFormat format = find(name);
    return format == null ? unknown(name) : format;
  }

  private static ExportFormat find(String name) {
    return Arrays.stream(values()).filter(f -> f.word().equals(name)).findFirst().orElse(null);
  }

  private static ExportFormat unknown(String name) {
    throw NeuroWeaverException.invalid(
        "format: \""
            + name
            + "\" cannot be written; it is one of "
            + Arrays.stream(values()).map(ExportFormat::word).collect(Collectors.joining(", ")));
  }

  /**
   * The asked compression, else what the file's ending says of a text, else the usual one.
   *
   * @param asked may be null
   */
  public Compression compression(Compression asked, Path file) {
    if (asked != null) {
      if (!compressions.contains(asked)) {
        throw NeuroWeaverException.invalid(
            "compression: "
                + asked.word()
                + " is none of format "
                + word()
                + "; it has "
                + compressions.stream().map(Compression::word).collect(Collectors.joining(", ")));
      }
      return asked;
    }
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (compressions.contains(Compression.GZIP) && name.matches(".*\\.gz(ip)?")) {
      return Compression.GZIP;
    }
    if (compressions.contains(Compression.GZIP) && name.matches(".*\\.zstd?")) {
      return Compression.ZSTD;
    }
    return compressions.get(0);
  }

  /** Opens a file for rows of a schema; replaces one that is there. */
  public RowWriter open(Path file, Schema schema, Compression compression) throws IOException {
    return switch (this) {
      case PARQUET ->
          new ParquetRowWriter(
              file,
              schema,
              compression == Compression.SNAPPY
                  ? ParquetRowWriter.Compression.SNAPPY
                  : ParquetRowWriter.Compression.ZSTD);
      case ARROW -> new ArrowRowWriter(file, schema, compression == Compression.ZSTD);
      case CSV -> new DelimitedWriter(text(file, compression), schema);
      case JSONL -> new JsonLinesWriter(text(file, compression), schema);
    };
  }

  /** The word in parameters. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static Writer text(Path file, Compression compression) throws IOException {
    OutputStream out = Files.newOutputStream(file);
    try {
      OutputStream packed =
          switch (compression) {
            case GZIP -> new GZIPOutputStream(out, 1 << 16);
            case ZSTD -> new com.github.luben.zstd.ZstdOutputStreamNoFinalizer(out);
            default -> out;
          };
      return new BufferedWriter(new OutputStreamWriter(packed, StandardCharsets.UTF_8), 1 << 16);
    } catch (IOException | RuntimeException e) {
      out.close();
      throw e;
    }
  }
}
