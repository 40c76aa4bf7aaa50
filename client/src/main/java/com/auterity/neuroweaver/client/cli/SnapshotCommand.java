package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.Page;
import com.auterity.neuroweaver.client.SnapshotInfo;
import com.auterity.neuroweaver.client.SnapshotRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Snapshots; {@code restore} is added by the node, which it starts. */
@Command(
    name = "snapshot",
    description = "Make, list and restore snapshots of the whole grid.",
    mixinStandardHelpOptions = true,
    subcommands = {SnapshotCommand.Create.class, SnapshotCommand.ListAll.class})
final class SnapshotCommand extends Group {

  @Command(
      name = "create",
      description = "Make a consistent copy of everything the grid holds.",
      mixinStandardHelpOptions = true)
  static final class Create implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(paramLabel = "NAME", description = "Letters, digits and underscores.")
    private String name;

    @Option(names = "--detach", description = "Submit, print the job and return.")
    private boolean detach;

    @Override
    public Integer call() throws InterruptedException {
      NeuroWeaverClient client = connection.client();
      return Submitted.show(
          client, printer, client.createSnapshot(new SnapshotRequest(name)), detach);
    }
  }

  @Command(name = "list", description = "List the snapshots.", mixinStandardHelpOptions = true)
  static final class ListAll implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;
    @Mixin private Paging paging;

    @Override
    public Integer call() {
      Page<SnapshotInfo> page = connection.client().snapshots(paging.limit(), paging.offset());
      printer.print(
          page,
          out -> {
            TextTable table = new TextTable("NAME", "CREATED", "NODES", "PATH");
            for (SnapshotInfo snapshot : page.data()) {
              table.row(
                  snapshot.name(),
                  snapshot.createdAt(),
                  String.join(" ", snapshot.nodes()),
                  snapshot.path());
            }
            table.print(out);
            paging.more(page.meta(), out);
          });
      return ExitCode.OK;
    }
  }
}
