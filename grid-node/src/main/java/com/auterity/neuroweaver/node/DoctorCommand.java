package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code neuroweaver doctor}: says what this machine has and what is wrong with it. */
@Command(
    name = "doctor",
    description =
        "Looks at JDK, cores, memory, vectors, devices, ports and disk; says what is wrong.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:nothing is wrong", "1:something is wrong"})
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "configuration; without it config/node.yaml of the installation")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "sets a key of the configuration")
  private List<String> overrides = List.of();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Path home = NodeCommand.home();
    NodeConfig node;
    try {
      Path file = config == null ? home.resolve("config/node.yaml") : config;
      node =
          config != null || Files.exists(file)
              ? NodeConfig.read(file, home, overrides)
              : NodeConfig.defaults(home, overrides);
    } catch (NeuroWeaverException e) {
      out.println("wrong: the configuration: " + e.getMessage());
      return 1;
    }
    List<Examination.Finding> findings =
        new Examination(
                Machine.here(node.workDir(), node.device()),
                node,
                port -> SetPorts.isFree(node.host(), port))
            .findings();
    for (Examination.Finding finding : findings) {
      out.println(
          String.format(
              Locale.ROOT,
              "%-6s %-32s %s",
              finding.problem() == null ? "ok" : "wrong",
              finding.what(),
              finding.found()));
      if (finding.problem() != null) {
        out.println(String.format(Locale.ROOT, "%-39s %s", "", finding.problem()));
      }
    }
    long wrong = findings.stream().filter(finding -> finding.problem() != null).count();
    out.println(wrong == 0 ? "nothing is wrong" : wrong + " wrong");
    return wrong == 0 ? 0 : 1;
  }
}
