package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.client.cli.CommandProvider;
import java.util.List;
import java.util.Map;

/** Subcommands that run or examine a node. */
public final class NodeCommands implements CommandProvider {
  @Override
  public List<Object> commands() {
    return List.of(new NodeCommand(), new DoctorCommand());
  }

  @Override
  public Map<String, List<Object>> subcommands(Map<String, String> environment) {
    return Map.of("snapshot", List.of(new RestoreCommand()));
  }
}
