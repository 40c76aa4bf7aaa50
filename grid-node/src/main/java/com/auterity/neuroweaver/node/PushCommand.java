package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.client.cli.ExitCode;
import com.auterity.neuroweaver.jobs.hub.HubRepository;
import com.auterity.neuroweaver.jobs.hub.PushOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code neuroweaver model push FOLDER ORG/NAME}: a model or an adapter to a hub. */
@Command(
    name = "push",
    description = {
      "Put a model folder, an adapter folder or a file into a repository of a model hub.",
      "One commit; files the repository holds already are not sent. Takes HF_TOKEN."
    },
    mixinStandardHelpOptions = true)
final class PushCommand implements Callable<Integer> {
  private final Map<String, String> environment;

  @Mixin private HubConnection hub;

  @Parameters(index = "0", paramLabel = "FOLDER", description = "The folder, or one file.")
  private Path source;

  @Parameters(
      index = "1",
      paramLabel = "ORG/NAME[@BRANCH]",
      description = "Repository, and branch (default: main).")
  private String repository;

  @Option(names = "--create", description = "Make the repository if it is not there.")
  private boolean create;

  @Option(
      names = "--private",
      description = "Make it private; one that is there and public is an error.")
  private boolean isPrivate;

  @Option(
      names = "--message",
      paramLabel = "TEXT",
      defaultValue = "Pushed with neuroweaver",
      description = "Of the commit (default: ${DEFAULT-VALUE}).")
  private String message;

  @Spec private CommandSpec spec;

  PushCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws InterruptedException {
    HubRepository to = HubRepository.parse(repository);
    PushOptions options = new PushOptions(create, isPrivate, message);
    hub.client(environment, spec.commandLine().getOut()).push(source, to, options);
    return ExitCode.OK;
  }
}
