package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.client.cli.CommandProvider;
import java.util.List;
import java.util.Map;

/** Adds {@code prune-adapter} to {@code neuroweaver model}. */
public final class AdapterCommands implements CommandProvider {
  @Override
  public List<Object> commands() {
    return List.of();
  }

  @Override
  public Map<String, List<Object>> subcommands(Map<String, String> environment) {
    return Map.of("model", List.of(new PruneAdapterCommand()));
  }
}
