package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.ApiException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code neuroweaver} command: its own subcommands and those of every CommandProvider. */
@Command(
    name = "neuroweaver",
    description = "A compute grid for specializing language models on dealership data.",
    mixinStandardHelpOptions = true,
    version = "neuroweaver 0.1.0",
    subcommands = {
      RunCommand.class,
      DatasetCommand.class,
      KitCommand.class,
      JobCommand.class,
      ModelCommand.class,
      PredictCommand.class,
      CostCommand.class,
      SnapshotCommand.class,
      SqlCommand.class
    })
public final class Main implements Runnable {
  private final Map<String, String> environment;
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private Main(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** Of the process, or what a test gives in its place. */
  Map<String, String> environment() {
    return environment;
  }

  /** Runs one command line and ends the JVM with its exit code. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(execute(System.getenv(), out, err, args));
  }

  /** Runs one command line in this JVM and returns its exit code. */
  public static int execute(
      Map<String, String> environment, PrintWriter out, PrintWriter err, String... args) {
    List<CommandProvider> providers = new ArrayList<>();
    ServiceLoader.load(CommandProvider.class).forEach(providers::add);
    return commandLine(environment, providers).setOut(out).setErr(err).execute(args);
  }

  static CommandLine commandLine(Map<String, String> environment, List<CommandProvider> providers) {
    CommandLine line = new CommandLine(new Main(environment));
    for (CommandProvider provider : providers) {
      provider.commands().forEach(line::addSubcommand);
    }
    for (CommandProvider provider : providers) {
      provider
          .subcommands(environment)
          .forEach(
              (name, joining) -> joining.forEach(line.getSubcommands().get(name)::addSubcommand));
    }
    return line.setDefaultValueProvider(
            argument ->
                argument instanceof CommandLine.Model.OptionSpec option
                        && "--url".equals(option.longestName())
                    ? environment.get("NEUROWEAVER_URL")
                    : null)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((error, at, parsed) -> report(error, at, providers));
  }

  private static int report(Exception error, CommandLine at, List<CommandProvider> providers) {
    PrintWriter err = at.getErr();
    if (error instanceof InterruptedException) {
      err.println("interrupted");
      return ExitCode.INTERRUPTED;
    }
    String message = error.getMessage() == null ? error.toString() : error.getMessage();
    err.println(at.getColorScheme().errorText("error: " + message));
    if (error instanceof UsageException) {
      return ExitCode.USAGE;
    }
    if (error instanceof FailureException) {
      return ExitCode.FAILURE;
    }
    if (error instanceof ApiException refusal) {
      refusal.details().forEach((name, value) -> err.println("  " + name + ": " + value));
      return refusal.isInvalidInput() ? ExitCode.USAGE : ExitCode.FAILURE;
    }
    for (CommandProvider provider : providers) {
      OptionalInt code = provider.exitCode(error);
      if (code.isPresent()) {
        return code.getAsInt();
      }
    }
    // An error nobody foresaw: the trace is what a bug report needs.
    error.printStackTrace(err);
    return ExitCode.FAILURE;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
