package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.client.cli.CommandProvider;
import com.auterity.neuroweaver.client.cli.ExitCode;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.List;
import java.util.OptionalInt;

/** Adds {@code bench} to the command line. */
public final class BenchCommands implements CommandProvider {
  @Override
  public List<Object> commands() {
    return List.of(new BenchCommand());
  }

  @Override
  public OptionalInt exitCode(Throwable error) {
    if (error instanceof NeuroWeaverException known) {
      return OptionalInt.of(
          known.kind() == ErrorKind.INVALID_INPUT ? ExitCode.USAGE : ExitCode.FAILURE);
    }
    return error instanceof PeerException ? OptionalInt.of(ExitCode.FAILURE) : OptionalInt.empty();
  }
}
