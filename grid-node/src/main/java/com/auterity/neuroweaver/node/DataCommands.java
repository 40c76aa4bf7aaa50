package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.client.cli.CommandProvider;
import java.util.List;

/** Subcommands that make data without any node running. */
public final class DataCommands implements CommandProvider {
  @Override
  public List<Object> commands() {
    return List.of(new GenerateCommand());
  }
}
