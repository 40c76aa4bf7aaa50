package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.client.cli.CommandProvider;
import java.util.List;

/** Subcommands that run or examine a node. */
public final class NodeCommands implements CommandProvider {
  @Override
  public List<Object> commands() {
    return List.of(new NodeCommand(), new DoctorCommand());
  }
}
