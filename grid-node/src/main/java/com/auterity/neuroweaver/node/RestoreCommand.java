package com.auterity.neuroweaver.node;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code neuroweaver snapshot restore}: {@code node --restore}, where people look for it. */
@Command(
    name = "restore",
    description = {
      "Starts a node of an empty grid that begins with a snapshot, and runs it like `node`.",
      "Run it on every machine that had a node; work folders must be empty, a grid that holds data",
      "is left alone."
    },
    mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "The snapshot, in snapshot_dir of every node.")
  private String name;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "configuration; without it config/node.yaml of the installation")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "sets a key of the configuration, dotted: memory.region_mb=256")
  private List<String> overrides = List.of();

  @Override
  public Integer call() throws Exception {
    return NodeCommand.run(spec, config, overrides, Optional.of(name));
  }
}
