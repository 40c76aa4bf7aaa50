package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.client.cli.CommandProvider;
import java.util.List;
import java.util.Map;

/** Subcommands that make or inspect data without any node running. */
public final class DataCommands implements CommandProvider {
  @Override
  public List<Object> commands() {
    return List.of(new GenerateCommand());
  }

  @Override
  public Map<String, List<Object>> subcommands(Map<String, String> environment) {
    return Map.of("dataset", List.of(new InspectCommand()));
  }
}
