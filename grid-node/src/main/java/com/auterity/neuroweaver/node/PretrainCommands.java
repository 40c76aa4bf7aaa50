package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.client.cli.CommandProvider;
import java.util.List;

/** Adds {@code pretrain} to the command line. */
public final class PretrainCommands implements CommandProvider {
  @Override
  public List<Object> commands() {
    return List.of(new PretrainCommand());
  }
}
