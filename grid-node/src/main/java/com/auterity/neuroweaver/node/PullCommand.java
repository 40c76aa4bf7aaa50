package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.client.cli.ExitCode;
import com.auterity.neuroweaver.jobs.hub.HubRepository;
import com.auterity.neuroweaver.jobs.hub.PullResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code neuroweaver model pull ORG/NAME}: a model or an adapter from a hub into a folder. */
@Command(
    name = "pull",
    description = {
      "Fetch a model or an adapter from a model hub.",
      "The folder is complete or not there; what was interrupted goes on where it was."
    },
    mixinStandardHelpOptions = true)
final class PullCommand implements Callable<Integer> {
  private final Map<String, String> environment;

  @Mixin private HubConnection hub;

  @Parameters(
      paramLabel = "ORG/NAME[@REVISION]",
      description = "Repository, and branch, tag or commit (default: main).")
  private String repository;

  @Option(
      names = "--to",
      paramLabel = "FOLDER",
      defaultValue = "models",
      description = "Where ORG--NAME is put (default: ./${DEFAULT-VALUE}).")
  private Path to;

  @Option(
      names = "--include",
      paramLabel = "GLOB",
      description =
          "Fetch the files whose path this matches, and no others; may be repeated (default: what"
              + " running the model takes).")
  private List<String> globs = List.of();

  @Spec private CommandSpec spec;

  PullCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws InterruptedException {
    HubRepository wanted = HubRepository.parse(repository);
    PullResult pulled =
        hub.client(environment, spec.commandLine().getOut())
            .pull(wanted, to.resolve(wanted.folderName()), globs);
    spec.commandLine().getOut().println(pulled.folder());
    return ExitCode.OK;
  }
}
