package com.auterity.neuroweaver.datasets.format;

import java.util.Arrays;

/**
 * Where the cells of delimited text lie in its bytes (RFC 4180; lines end in LF, CR LF or CR, empty
 * ones are skipped, a quote inside an unquoted cell is a character like any other).
 */
final class DelimitedTokens {
  private final byte delimiter;
  private final boolean quoted;
  private int[] starts;
  private int[] ends;
  private int cells;
  private int[] recordEnds;
  private int[] recordLines;
  private int records;
  private int lines;
  private int problemLine = -1;
  private boolean unclosed;

  /**
   * @param like as many cells and records are expected as this one has; may be null
   */
  DelimitedTokens(byte delimiter, boolean quoted, DelimitedTokens like) {
    int expectedCells = like == null ? 1 << 12 : like.starts.length;
    int expectedRecords = like == null ? 1 << 8 : like.recordEnds.length;
    this.starts = new int[expectedCells];
    this.ends = new int[expectedCells];
    this.recordEnds = new int[expectedRecords];
    this.recordLines = new int[expectedRecords];
    this.delimiter = delimiter;
    this.quoted = quoted;
  }

  int records() {
    return records;
  }

  int firstCell(int record) {
    return record == 0 ? 0 : recordEnds[record - 1];
  }

  int endCell(int record) {
    return recordEnds[record];
  }

  /** The line a record begins in, counted from 0 at the beginning of these bytes. */
  int line(int record) {
    return recordLines[record];
  }

  /** Line breaks in what {@link #read} has consumed. */
  int lines() {
    return lines;
  }

  int start(int cell) {
    return starts[cell] < 0 ? ~starts[cell] : starts[cell];
  }

  int end(int cell) {
    return ends[cell];
  }

  /** Whether quotes stand doubled in the cell. */
  boolean escaped(int cell) {
    return starts[cell] < 0;
  }

  /** The line of a record that is no record, or -1. */
  int problemLine() {
    return problemLine;
  }

  /** Whether the problem is a quote that is never closed; else characters after a closing one. */
  boolean unclosed() {
    return unclosed;
  }

  /**
   * Finds the whole records in bytes from {@code from} to {@code limit}.
   *
   * @param last whether nothing follows, so that the end of the bytes ends a record too
   * @return where the first record begins that is not whole, or {@code limit}
   */
  int read(byte[] data, int from, int limit, boolean last) {
    cells = 0;
    records = 0;
    lines = 0;
    problemLine = -1;
    int p = from;
    while (p < limit) {
      int start = p;
      int firstCell = cells;
      int firstLine = lines;
      p = record(data, p, limit, last);
      if (p < 0) {
        cells = firstCell;
        lines = firstLine;
        return start;
      }
      boolean empty =
          cells == firstCell + 1 && starts[firstCell] == start && ends[firstCell] == start;
      if (empty) {
        cells = firstCell;
        continue;
      }
      if (records == recordEnds.length) {
        recordEnds = Arrays.copyOf(recordEnds, records * 2);
        recordLines = Arrays.copyOf(recordLines, records * 2);
      }
      recordLines[records] = firstLine;
      recordEnds[records++] = cells;
    }
    return limit;
  }

  /** Reads one record; where the next begins, or -1 when it is not whole or has a problem. */
  private int record(byte[] data, int from, int limit, boolean last) {
    int firstLine = lines;
    int p = from;
    while (true) {
      if (quoted && p < limit && data[p] == '"') {
        p = quotedCell(data, p + 1, limit, last, firstLine);
        if (p < 0) {
          return -1;
        }
      } else {
        int start = p;
        while (p < limit) {
          byte b = data[p];
          if (b == delimiter || b == '\n' || b == '\r') {
            break;
          }
          p++;
        }
        cell(start, p);
      }
      if (p == limit) {
        return last ? p : -1;
      }
      if (data[p] == delimiter) {
        p++;
        continue;
      }
      if (data[p] == '\n') {
        lines++;
        return p + 1;
      }
      if (data[p] == '\r') {
        if (p + 1 == limit && !last) {
          return -1;
        }
        lines++;
        return p + 1 < limit && data[p + 1] == '\n' ? p + 2 : p + 1;
      }
      problemLine = firstLine;
      unclosed = false;
      return -1;
    }
  }

  /** Reads a cell after its opening quote; where its closing quote ends, or -1. */
  private int quotedCell(byte[] data, int from, int limit, boolean last, int firstLine) {
    int p = from;
    boolean escaped = false;
    while (true) {
      while (p < limit && data[p] != '"') {
        byte b = data[p++];
        if (b == '\n' || (b == '\r' && (p == limit || data[p] != '\n'))) {
          lines++;
        }
      }
      if (p == limit) {
        if (last) {
          problemLine = firstLine;
          unclosed = true;
        }
        return -1;
      }
      if (p + 1 == limit && !last) {
        return -1;
      }
      if (p + 1 < limit && data[p + 1] == '"') {
        escaped = true;
        p += 2;
        continue;
      }
      cell(escaped ? ~from : from, p);
      return p + 1;
    }
  }

  private void cell(int start, int end) {
    if (cells == starts.length) {
      starts = Arrays.copyOf(starts, cells * 2);
      ends = Arrays.copyOf(ends, cells * 2);
    }
    starts[cells] = start;
    ends[cells++] = end;
  }
}
