package com.auterity.neuroweaver.client.cli;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Adds subcommands to {@code neuroweaver}; found with {@link java.util.ServiceLoader} (one line in
 * {@code META-INF/services/com.auterity.neuroweaver.client.cli.CommandProvider}).
 */
public interface CommandProvider {
  /**
   * Objects annotated with picocli's {@code @Command}; each a {@code Callable<Integer>} that
   * returns the exit code: 0, {@link ExitCode#FAILURE}, {@link ExitCode#USAGE} ... Errors are
   * thrown.
   */
  List<Object> commands();

  /**
   * Subcommands that join a command there is already, by its name: {@code model} ...
   *
   * @param environment of the process, or what a test gives in its place
   */
  default Map<String, List<Object>> subcommands(Map<String, String> environment) {
    return Map.of();
  }

  /** The exit code for an exception this provider knows; empty leaves it to the others. */
  default OptionalInt exitCode(Throwable error) {
    return OptionalInt.empty();
  }
}
