package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.ColumnSpec;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.KitDatasetOffer;
import com.auterity.neuroweaver.client.KitLoadRequest;
import com.auterity.neuroweaver.client.KitOffer;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.Page;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "kit",
    description = "Look at the kits of generated data and load their datasets.",
    mixinStandardHelpOptions = true,
    subcommands = {KitCommand.Browse.class, KitCommand.Load.class})
final class KitCommand extends Group {

  @Command(
      name = "browse",
      description = "Datasets of the kits: columns, rows on offer, sample rows.",
      mixinStandardHelpOptions = true)
  static final class Browse implements Callable<Integer> {
    private static final int VALUE_LENGTH = 300;

    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(arity = "0..1", paramLabel = "KIT", description = "Only this kit.")
    private String kit;

    @Option(
        names = "--rows",
        paramLabel = "N",
        defaultValue = "1",
        description = "Sample rows of each dataset, 0 to 100 (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Override
    public Integer call() {
      Page<KitOffer> page = connection.client().kits(kit, rows);
      printer.print(page, out -> page.data().forEach(offer -> show(offer, out)));
      return ExitCode.OK;
    }

    private static void show(KitOffer kit, PrintWriter out) {
      out.println(kit.name() + ": " + kit.summary());
      for (KitDatasetOffer dataset : kit.datasets()) {
        out.println();
        out.println(
            dataset.name() + " (" + Printer.count(dataset.rows()) + " rows): " + dataset.summary());
        out.println(
            "  columns: "
                + dataset.columns().stream()
                    .map(ColumnSpec::name)
                    .collect(Collectors.joining(", ")));
        for (Map<String, Object> row : dataset.sample()) {
          out.println();
          row.forEach((name, value) -> out.println("  " + name + ": " + brief(value)));
        }
      }
    }

    private static String brief(Object value) {
      String text = value == null ? "" : value.toString().replace("\n", "\n      ");
      return text.length() <= VALUE_LENGTH ? text : text.substring(0, VALUE_LENGTH - 3) + "...";
    }
  }

  @Command(
      name = "load",
      description = "Make a dataset of a kit in the grid.",
      mixinStandardHelpOptions = true)
  static final class Load implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(index = "0", paramLabel = "KIT", description = "For example automotive.")
    private String kit;

    @Parameters(index = "1", paramLabel = "DATASET", description = "One of the kit's.")
    private String dataset;

    @Option(names = "--name", description = "Name in the grid (default: as in the kit).")
    private String name;

    @Option(names = "--rows", description = "How many rows (default: as many as are on offer).")
    private Long rows;

    @Option(names = "--seed", description = "Other seeds give other rows (default: 1).")
    private Long seed;

    @Option(names = "--detach", description = "Submit, print the job and return.")
    private boolean detach;

    @Override
    public Integer call() throws InterruptedException {
      NeuroWeaverClient client = connection.client();
      Job job = client.loadKit(kit, dataset, new KitLoadRequest(name, rows, seed));
      return Submitted.show(client, printer, job, detach);
    }
  }
}
