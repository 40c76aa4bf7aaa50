package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.Dataset;
import com.auterity.neuroweaver.client.DatasetDetail;
import com.auterity.neuroweaver.client.DatasetSample;
import com.auterity.neuroweaver.client.ExportRequest;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.Page;
import com.auterity.neuroweaver.client.PartitionPlace;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "dataset",
    description = "Load, look at, export and care for datasets.",
    mixinStandardHelpOptions = true,
    subcommands = {
      DatasetCommand.Load.class,
      DatasetCommand.ListAll.class,
      DatasetCommand.Show.class,
      DatasetCommand.Sample.class,
      RowsCommand.class,
      UploadCommand.class,
      TableCommands.Publish.class,
      TableCommands.Unpublish.class,
      TableCommands.Diff.class,
      TableCommands.Profile.class,
      DatasetCommand.Export.class,
      CareCommands.Verify.class,
      CareCommands.Keep.class,
      CareCommands.Retire.class,
      CareCommands.Erase.class
    })
final class DatasetCommand extends Group {

  @Command(
      name = "load",
      description = {
        "Load files as a new version of a dataset.",
        "Formats: csv, tsv, jsonl, json, parquet, arrow, adf, nhtsa_complaints, nhtsa_recalls;"
            + " text also in gzip or zstd. The nodes read the files."
      },
      mixinStandardHelpOptions = true)
  static final class Load implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;
    @Mixin private LayoutOptions layout;
    @Mixin private VersionOptions version;

    @Option(
        names = "--name",
        description = "Name of the dataset (default: that of the one file without its ending).")
    private String name;

    @Option(
        names = "--rejects",
        paramLabel = "FILE",
        description = "Write rejected rows, whole and with reasons, to this JSON Lines file.")
    private Path rejects;

    @Option(
        names = "--rename",
        split = ",",
        paramLabel = "OLD=NEW[,OLD=NEW...]",
        description = "Columns of the newest version that have another name in the files.")
    private Map<String, String> rename;

    @Option(names = "--detach", description = "Submit, print the job and return.")
    private boolean detach;

    @Override
    public Integer call() throws InterruptedException {
      NeuroWeaverClient client = connection.client();
      Job job =
          client.loadDataset(
              layout.request(
                  name == null ? stem(layout.files()) : name,
                  rejects,
                  version.evolve(),
                  rename,
                  version.partitionBy(),
                  version.key(),
                  version.once()));
      return Submitted.show(client, printer, job, detach);
    }

    static String stem(List<String> files) {
      if (files.size() > 1 || files.get(0).matches(".*[*?\\[{].*")) {
        throw new UsageException("several files become one dataset: give it a --name");
      }
      String text = Path.of(files.get(0)).toAbsolutePath().normalize().getFileName().toString();
      int dot = text.indexOf('.');
      return dot > 0 ? text.substring(0, dot) : text;
    }
  }

  @Command(name = "list", description = "List the datasets.", mixinStandardHelpOptions = true)
  static final class ListAll implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;
    @Mixin private Paging paging;

    @Override
    public Integer call() {
      Page<Dataset> page = connection.client().datasets(paging.limit(), paging.offset());
      printer.print(
          page,
          out -> {
            TextTable table =
                new TextTable("NAME", "VERSION", "ROWS", "COLUMNS", "BYTES", "CREATED", "ID");
            for (Dataset d : page.data()) {
              table.row(
                  d.name(),
                  d.version(),
                  Printer.count(d.rows()),
                  d.columns(),
                  Printer.count(d.bytes()),
                  d.createdAt(),
                  d.datasetId());
            }
            table.print(out);
            paging.more(page.meta(), out);
          });
      return ExitCode.OK;
    }
  }

  @Command(
      name = "show",
      description = "Schema, rows and places of a dataset.",
      mixinStandardHelpOptions = true)
  static final class Show implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(paramLabel = "DATASET", description = "Name, name@version or id.")
    private String reference;

    @Override
    public Integer call() {
      DatasetDetail detail = connection.client().dataset(reference);
      printer.print(detail, out -> show(detail, out));
      return ExitCode.OK;
    }

    private static void show(DatasetDetail d, PrintWriter out) {
      out.println(d.name() + "@" + d.version() + "  " + d.datasetId() + "  " + d.versionId());
      out.println(
          Printer.count(d.rows())
              + " rows in "
              + d.partitions().size()
              + " partitions, "
              + Printer.count(d.bytes())
              + " bytes"
              + (d.partitionBy() == null ? "" : ", by " + d.partitionBy()));
      out.println(
          "made by "
              + d.jobId()
              + " at "
              + d.createdAt()
              + (d.parents().isEmpty() ? "" : " from " + String.join(", ", d.parents())));
      out.println();
      TextTable columns = new TextTable("COLUMN", "TYPE", "MEANING");
      d.schema().forEach(c -> columns.row(c.name(), c.type(), c.semantic()));
      columns.print(out);
      out.println();
      TextTable nodes = new TextTable("NODE", "PARTITIONS", "ROWS");
      d.rowsByNode()
          .forEach(
              (node, rows) ->
                  nodes.row(
                      node,
                      ranges(
                          d.partitions().stream()
                              .filter(p -> p.nodes().indexOf(node) == 0)
                              .map(PartitionPlace::partition)
                              .toList()),
                      Printer.count(rows)));
      nodes.print(out);
    }

    /** Ascending numbers, neighbours drawn together: 0-3,7. */
    private static String ranges(List<Integer> numbers) {
      StringBuilder text = new StringBuilder();
      for (int from = 0; from < numbers.size(); ) {
        int to = from;
        while (to + 1 < numbers.size() && numbers.get(to + 1) == numbers.get(to) + 1) {
          to++;
        }
        text.append(text.length() == 0 ? "" : ",").append(numbers.get(from));
        if (to > from) {
          text.append('-').append(numbers.get(to));
        }
        from = to + 1;
      }
      return text.toString();
    }
  }

  @Command(
      name = "sample",
      description = "Print the first rows of a dataset.",
      mixinStandardHelpOptions = true)
  static final class Sample implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(paramLabel = "DATASET", description = "Name, name@version or id.")
    private String reference;

    @Option(names = "--rows", defaultValue = "10", description = "How many (default: 10).")
    private int rows;

    @Override
    public Integer call() {
      DatasetSample sample = connection.client().sample(reference, rows);
      printer.print(
          sample,
          out -> {
            TextTable table = new TextTable(sample.columns().toArray(new String[0]));
            sample
                .rows()
                .forEach(
                    row ->
                        table.row(
                            sample.columns().stream()
                                .map(row::get)
                                .map(RowsCommand::brief)
                                .toArray()));
            table.print(out);
          });
      return ExitCode.OK;
    }
  }

  @Command(
      name = "export",
      description = "Write a dataset to a file.",
      mixinStandardHelpOptions = true)
  static final class Export implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(index = "0", paramLabel = "DATASET", description = "Name, name@version or id.")
    private String reference;

    @Parameters(index = "1", paramLabel = "FILE", description = "Where the nodes write it.")
    private Path file;

    @Option(
        names = "--format",
        description = "parquet, arrow, csv or jsonl (default: by the file's ending, else parquet).")
    private String format;

    @Option(
        names = "--compression",
        description =
            "parquet: zstd (default), snappy; arrow: zstd (default), none; csv and jsonl: none,"
                + " gzip, zstd (default: by the file's ending).")
    private String compression;

    @Option(names = "--detach", description = "Submit, print the job and return.")
    private boolean detach;

    @Override
    public Integer call() throws InterruptedException {
      NeuroWeaverClient client = connection.client();
      Job job =
          client.exportDataset(
              reference,
              new ExportRequest(file.toAbsolutePath().normalize().toString(), format, compression));
      return Submitted.show(client, printer, job, detach);
    }
  }
}
