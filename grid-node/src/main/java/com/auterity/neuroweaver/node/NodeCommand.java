package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import sun.misc.Signal;

/** {@code neuroweaver node}: runs one node until it is told to stop. */
@Command(
    name = "node",
    description = {
      "Runs one node of the grid until SIGTERM or Ctrl-C.",
      "When it is ready it prints one line: ready name=... api=... client=... flight=... discovery=..."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:stopped as asked",
      "2:the configuration is wrong",
      "5:a set port or the work folder is taken, or the grid refused the node",
      "71:critical failure",
      "72:the other nodes dropped this one"
    })
final class NodeCommand implements Callable<Integer> {
  static final int WRONG_CONFIGURATION = 2;
  static final int CANNOT_START = 5;

  @Spec private CommandSpec spec;

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

  @Option(
      names = "--restore",
      paramLabel = "SNAPSHOT",
      description = {
        "lets an empty grid begin with this snapshot (snapshot_dir/SNAPSHOT on every node);",
        "a grid that holds data is left alone and the node does not start"
      })
  private String restore;

  @Override
  public Integer call() throws Exception {
    return run(spec, config, overrides, Optional.ofNullable(restore));
  }

  /** Runs a node until it is told to stop; returns the exit code. */
  static int run(CommandSpec spec, Path config, List<String> overrides, Optional<String> restore)
      throws IOException, InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    Path home = home();
    NodeConfig node;
    try {
      Path file = config == null ? home.resolve("config/node.yaml") : config;
      node =
          config != null || Files.exists(file)
              ? NodeConfig.read(Files.exists(file) ? file.toRealPath() : file, home, overrides)
              : NodeConfig.defaults(home, overrides);
    } catch (NeuroWeaverException e) {
      err.println("error: " + e.getMessage());
      return WRONG_CONFIGURATION;
    }
    GridServer server = GridServer.of(node, home, restore);
    Signal.handle(new Signal("TERM"), signal -> server.requestStop());
    Signal.handle(new Signal("INT"), signal -> server.requestStop());
    try {
      server.start();
    } catch (NeuroWeaverException e) {
      if (e.kind() == com.auterity.neuroweaver.datasets.ErrorKind.CANCELLED) {
        return 0;
      }
      err.println("error: " + e.getMessage());
      return CANNOT_START;
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(server.readyLine());
    out.flush();
    server.awaitStop();
    server.close();
    return 0;
  }

  /** The installation's folder, as the launcher says; the working folder without it. */
  static Path home() {
    return Path.of(System.getProperty("neuroweaver.home", "")).toAbsolutePath();
  }
}
