package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How to read a file.
 *
 * @param delimiter between the cells of a line; CSV and TSV only
 * @param header whether the first line names the columns; CSV and TSV only
 * @param quoted whether cells may stand in double quotes; CSV and TSV only
 * @param columns without a header the columns in order (none: {@code column_1} ... are made up);
 *     otherwise what is known of columns the file names itself
 */
public record FileOptions(
    FileFormat format,
    char delimiter,
    boolean header,
    boolean quoted,
    List<ColumnDeclaration> columns) {
  public FileOptions {
    columns = List.copyOf(columns);
    if (format.delimited()
        && (delimiter == '\n' || delimiter == '\r' || (quoted && delimiter == '"'))) {
      throw NeuroWeaverException.invalid(
          "delimiter: a line break or quote cannot stand between cells");
    }
    Set<String> names = new HashSet<>();
    for (ColumnDeclaration column : columns) {
      if (!names.add(column.name())) {
        throw NeuroWeaverException.invalid("columns: " + column.name() + " is named twice");
      }
    }
  }

  /** What a format means when nothing else is said. */
  public static FileOptions of(FileFormat format) {
    return new FileOptions(
        format, format == FileFormat.TSV ? '\t' : ',', true, format == FileFormat.CSV, List.of());
  }

  public FileOptions withHeader(boolean newHeader) {
    return new FileOptions(format, delimiter, newHeader, quoted, columns);
  }

  public FileOptions withDelimiter(char newDelimiter) {
    return new FileOptions(format, newDelimiter, header, quoted, columns);
  }

  public FileOptions withQuoted(boolean newQuoted) {
    return new FileOptions(format, delimiter, header, newQuoted, columns);
  }

  public FileOptions withColumns(List<ColumnDeclaration> newColumns) {
    return new FileOptions(format, delimiter, header, quoted, newColumns);
  }
}
