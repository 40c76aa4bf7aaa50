package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import java.nio.charset.Charset;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How to read a file.
 *
 * @param delimiter between the cells of a line; delimited formats only
 * @param header whether the first line names the columns; delimited formats only
 * @param quoted whether cells may stand in double quotes; delimited formats only
 * @param sniffed what of these three the beginning of the file shall tell
 * @param columns without a header the columns in order (none: {@code column_1} ... are made up);
 *     otherwise what is known of columns the file names itself
 * @param encoding of a text file; null for UTF-8, or what its first bytes say
 * @param records JSON pointer to the array of rows in a JSON file; empty for the whole file
 * @param select the columns to keep, in this order; empty for all
 * @param maxCell a row with a longer text than so many characters is rejected
 */
public record FileOptions(
    FileFormat format,
    char delimiter,
    boolean header,
    boolean quoted,
    Set<Layout> sniffed,
    List<ColumnDeclaration> columns,
    Charset encoding,
    String records,
    List<String> select,
    int maxCell) {
  /** The longest cell taken when nothing else is said, in characters. */
  public static final int MAX_CELL = 1 << 20;

  /** The longest cell that can be asked for, in characters. */
  public static final int MOST_MAX_CELL = 8 << 20;

  /** So many columns a file may have. */
  public static final int MAX_COLUMNS = 4_096;

  /** What a delimited file does not say of itself. */
  public enum Layout {
    DELIMITER,
    HEADER,
    QUOTE
  }

  public FileOptions {
    columns = List.copyOf(columns);
    sniffed = Set.copyOf(sniffed);
    select = List.copyOf(select);
    if (format.delimited()
        && (delimiter == '\n' || delimiter == '\r' || (quoted && delimiter == '"'))) {
      throw NeuroWeaverException.invalid(
          "delimiter: a line break or quote cannot stand between cells");
    }
    if (maxCell < 1 || maxCell > MOST_MAX_CELL) {
      throw NeuroWeaverException.invalid(
          "max_cell: expected 1 to " + MOST_MAX_CELL + " characters, found " + maxCell);
    }
    unique("columns", columns.stream().map(ColumnDeclaration::name).toList());
    unique("select", select);
  }

  /** What a format means when nothing else is said; nothing is sniffed. */
  public static FileOptions of(FileFormat format) {
    boolean nhtsa = format.nhtsa();
    return new FileOptions(
        format,
        format == FileFormat.TSV || nhtsa ? '\t' : ',',
        !nhtsa,
        format == FileFormat.CSV,
        Set.of(),
        List.of(),
        null,
        "",
        List.of(),
        MAX_CELL);
  }

  /** As {@link #of}, but what a CSV or tab-separated file leaves open is told from the file. */
  public static FileOptions sniffing(FileFormat format) {
    return of(format)
        .withSniffed(
            switch (format) {
              case CSV -> EnumSet.allOf(Layout.class);
              case TSV -> EnumSet.of(Layout.HEADER);
              default -> EnumSet.noneOf(Layout.class);
            });
  }

  public FileOptions withHeader(boolean newHeader) {
    return new FileOptions(
        format,
        delimiter,
        newHeader,
        quoted,
        without(Layout.HEADER),
        columns,
        encoding,
        records,
        select,
        maxCell);
  }

  public FileOptions withDelimiter(char newDelimiter) {
    return new FileOptions(
        format,
        newDelimiter,
        header,
        quoted,
        without(Layout.DELIMITER),
        columns,
        encoding,
        records,
        select,
        maxCell);
  }

  public FileOptions withQuoted(boolean newQuoted) {
    return new FileOptions(
        format,
        delimiter,
        header,
        newQuoted,
        without(Layout.QUOTE),
        columns,
        encoding,
        records,
        select,
        maxCell);
  }

  public FileOptions withSniffed(Set<Layout> newSniffed) {
    return new FileOptions(
        format, delimiter, header, quoted, newSniffed, columns, encoding, records, select, maxCell);
  }

  public FileOptions withColumns(List<ColumnDeclaration> newColumns) {
    return new FileOptions(
        format, delimiter, header, quoted, sniffed, newColumns, encoding, records, select, maxCell);
  }

  public FileOptions withEncoding(Charset newEncoding) {
    return new FileOptions(
        format, delimiter, header, quoted, sniffed, columns, newEncoding, records, select, maxCell);
  }

  /**
   * @throws NeuroWeaverException INVALID_INPUT when it is no JSON pointer
   */
  public FileOptions withRecords(String newRecords) {
    if (!newRecords.isEmpty() && !newRecords.startsWith("/")) {
      throw NeuroWeaverException.invalid(
          "records: expected a JSON pointer such as /content/Results, found \""
              + newRecords
              + "\"");
    }
    return new FileOptions(
        format, delimiter, header, quoted, sniffed, columns, encoding, newRecords, select, maxCell);
  }

  public FileOptions withSelect(List<String> newSelect) {
    return new FileOptions(
        format, delimiter, header, quoted, sniffed, columns, encoding, records, newSelect, maxCell);
  }

  public FileOptions withMaxCell(int newMaxCell) {
    return new FileOptions(
        format, delimiter, header, quoted, sniffed, columns, encoding, records, select, newMaxCell);
  }

  private Set<Layout> without(Layout known) {
    EnumSet<Layout> left = EnumSet.noneOf(Layout.class);
    left.addAll(sniffed);
    left.remove(known);
    return left;
  }

  private static void unique(String parameter, List<String> names) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw NeuroWeaverException.invalid(parameter + ": " + name + " is named twice");
      }
    }
  }
}
