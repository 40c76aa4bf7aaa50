package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.PageMeta;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** Which part of a long list to show. */
final class Paging {
  @Option(names = "--limit", defaultValue = "50", description = "At most so many (default: 50).")
  private int limit;

  @Option(names = "--offset", defaultValue = "0", description = "Leave out the first so many.")
  private long offset;

  int limit() {
    return limit;
  }

  long offset() {
    return offset;
  }

  void more(PageMeta meta, PrintWriter out) {
    long rest = meta.total() - meta.offset() - meta.limit();
    if (rest > 0) {
      out.println("... and " + rest + " more (--offset " + (meta.offset() + meta.limit()) + ")");
    }
  }
}
