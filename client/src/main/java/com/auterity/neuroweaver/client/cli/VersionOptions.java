package com.auterity.neuroweaver.client.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** How loaded or sent files become the next version of a dataset. */
final class VersionOptions {
  @Option(
      names = "--evolve",
      split = ",",
      paramLabel = "CHANGE[,CHANGE...]",
      description =
          "Allow other columns than the newest version has: add, drop, widen (default: none).")
  private List<String> evolve;

  @Option(names = "--partition-by", description = "Column whose equal values lie together.")
  private String partitionBy;

  @Option(
      names = "--key",
      description = "Know this load again: a second one with the key gives the first's version.")
  private String key;

  @Option(names = "--once", description = "Let the files' content be that key.")
  private boolean once;

  List<String> evolve() {
    return evolve;
  }

  String partitionBy() {
    return partitionBy;
  }

  String key() {
    return key;
  }

  /** True or null. */
  Boolean once() {
    return once ? Boolean.TRUE : null;
  }
}
