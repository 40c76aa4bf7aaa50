package com.auterity.neuroweaver.workflow;

import com.auterity.neuroweaver.client.cli.CommandProvider;
import com.auterity.neuroweaver.client.cli.ExitCode;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** The quickstart, and the exit codes of errors that come out of our own modules. */
public final class WorkflowCommands implements CommandProvider {
  private static final Set<ErrorKind> WRONG_INPUT =
      EnumSet.of(
          ErrorKind.INVALID_INPUT,
          ErrorKind.NOT_FOUND,
          ErrorKind.TOO_LARGE,
          ErrorKind.UNPROCESSABLE);

  @Override
  public List<Object> commands() {
    return List.of(new QuickstartCommand());
  }

  @Override
  public OptionalInt exitCode(Throwable error) {
    return error instanceof NeuroWeaverException known
        ? OptionalInt.of(WRONG_INPUT.contains(known.kind()) ? ExitCode.USAGE : ExitCode.FAILURE)
        : OptionalInt.empty();
  }
}
