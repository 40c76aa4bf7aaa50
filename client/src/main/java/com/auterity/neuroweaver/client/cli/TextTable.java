package com.auterity.neuroweaver.client.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Lines up cells in columns; a column whose cells are all numbers is aligned to the right. */
public final class TextTable {
  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  public TextTable(String... header) {
    this.header = List.of(header);
  }

  /** Adds a row; null becomes an empty cell, line breaks become spaces. */
  public TextTable row(Object... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(
          "a row of this table has " + header.size() + " cells, found " + cells.length);
    }
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(cell == null ? "" : cell.toString().replaceAll("\\s*[\\r\\n]+\\s*", " "));
    }
    rows.add(row);
    return this;
  }

  public void print(PrintWriter out) {
    int[] widths = new int[header.size()];
    boolean[] right = new boolean[header.size()];
    for (int c = 0; c < widths.length; c++) {
      int column = c;
      widths[c] = header.get(c).length();
      rows.forEach(row -> widths[column] = Math.max(widths[column], row.get(column).length()));
      right[c] = !rows.isEmpty() && rows.stream().allMatch(row -> isNumber(row.get(column)));
    }
    print(out, header, widths, right);
    rows.forEach(row -> print(out, row, widths, right));
  }

  private static boolean isNumber(String cell) {
    return cell.matches("[$+-]?[0-9][0-9,._]*( ?[%a-zA-Z/]{1,4})?");
  }

  private static void print(PrintWriter out, List<String> cells, int[] widths, boolean[] right) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String padding = " ".repeat(widths[c] - cells.get(c).length());
      line.append(c == 0 ? "" : "  ");
      line.append(right[c] ? padding + cells.get(c) : cells.get(c) + padding);
    }
    out.println(line.toString().stripTrailing());
  }
}
