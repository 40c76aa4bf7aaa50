package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.DiffRequest;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.PublishRequest;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Datasets beside SQL, and beside each other. */
final class TableCommands {
  private TableCommands() {}

  @Command(
      name = "publish",
      description = "Show a dataset as an SQL table of schema NEUROWEAVER.",
      mixinStandardHelpOptions = true)
  static final class Publish implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(paramLabel = "DATASET", description = "Name, name@version or id.")
    private String reference;

    @Option(names = "--as", paramLabel = "TABLE", required = true, description = "Its name in SQL.")
    private String table;

    @Option(names = "--detach", description = "Submit, print the job and return.")
    private boolean detach;

    @Override
    public Integer call() throws InterruptedException {
      NeuroWeaverClient client = connection.client();
      Job job = client.publishDataset(reference, new PublishRequest(table));
      return Submitted.show(client, printer, job, detach);
    }
  }

  @Command(
      name = "unpublish",
      description = "Remove the SQL table that shows a dataset; the dataset stays.",
      mixinStandardHelpOptions = true)
  static final class Unpublish implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(paramLabel = "TABLE", description = "Its name in SQL.")
    private String table;

    @Option(names = "--detach", description = "Submit, print the job and return.")
    private boolean detach;

    @Override
    public Integer call() throws InterruptedException {
      NeuroWeaverClient client = connection.client();
      return Submitted.show(client, printer, client.unpublishTable(table), detach);
    }
  }

  @Command(
      name = "diff",
      description = {
        "Compare two dataset versions: columns and counts, and with a key the rows that were"
            + " added, removed and changed.",
        "For example: dataset diff cars@1 cars@2 --key vin"
      },
      mixinStandardHelpOptions = true)
  static final class Diff implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(index = "0", paramLabel = "BEFORE", description = "Name, name@version or id.")
    private String before;

    @Parameters(index = "1", paramLabel = "AFTER", description = "Name, name@version or id.")
    private String after;

    @Option(names = "--key", paramLabel = "COLUMN", description = "Whose values name the rows.")
    private String key;

    @Option(
        names = "--examples",
        description = "At most so many rows of each kind, 0 to 1000 (default: 10).")
    private Integer examples;

    @Override
    public Integer call() throws InterruptedException {
      NeuroWeaverClient client = connection.client();
      Job job = client.diffDatasets(new DiffRequest(before, after, key, examples));
      PrintWriter lines = printer.json() ? new PrintWriter(Writer.nullWriter()) : printer.out();
      Job end = new JobWatch(client, lines).follow(job.jobId());
      printer.print(end.result(), out -> show(end.result(), out));
      return ExitCode.OK;
    }

    private static void show(JsonNode diff, PrintWriter out) {
      TextTable versions = new TextTable("", "DATASET", "VERSION", "ROWS", "BYTES");
      for (String side : new String[] {"before", "after"}) {
        JsonNode version = diff.path(side);
        versions.row(
            side,
            version.path("dataset").asText(),
            version.path("version").asInt(),
            Printer.count(version.path("rows").asLong()),
            Printer.count(version.path("bytes").asLong()));
      }
      versions.print(out);
      JsonNode schema = diff.path("schema");
      schema
          .path("added")
          .forEach(
              c ->
                  out.println(
                      "+ column " + c.path("name").asText() + " " + c.path("type").asText()));
      schema
          .path("removed")
          .forEach(
              c ->
                  out.println(
                      "- column " + c.path("name").asText() + " " + c.path("type").asText()));
      schema
          .path("changed")
          .forEach(
              c ->
                  out.println(
                      "~ column "
                          + c.path("name").asText()
                          + ": "
                          + c.path("before").asText()
                          + " became "
                          + c.path("after").asText()));
      if (!diff.has("rows")) {
        return;
      }
      JsonNode rows = diff.path("rows");
      out.println(
          Printer.count(rows.path("added").asLong())
              + " rows added, "
              + Printer.count(rows.path("removed").asLong())
              + " removed, "
              + Printer.count(rows.path("changed").asLong())
              + " changed, "
              + Printer.count(rows.path("unchanged").asLong())
              + " unchanged");
      diff.at("/examples/added").forEach(row -> out.println("+ " + row));
      diff.at("/examples/removed").forEach(row -> out.println("- " + row));
      diff.at("/examples/changed").forEach(row -> out.println("~ " + row));
    }
  }

  @Command(
      name = "profile",
      description = {
        "Show the figures of a dataset version's columns: completeness, distinct values, bounds,",
        "mean, median. --json has all of them, quantiles, frequent values and correlations too.",
        "What was profiled before is not read again."
      },
      mixinStandardHelpOptions = true)
  static final class Profile implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(paramLabel = "DATASET", description = "Name, name@version or id.")
    private String reference;

    @Option(
        names = "--with",
        paramLabel = "DATASET",
        split = ",",
        description =
            "Count the rows of these too: other versions, or datasets of the same columns.")
    private List<String> with = List.of();

    @Override
    public Integer call() throws InterruptedException {
      NeuroWeaverClient client = connection.client();
      Job job = client.profileDataset(reference, with);
      PrintWriter lines = printer.json() ? new PrintWriter(Writer.nullWriter()) : printer.out();
      Job end = new JobWatch(client, lines).follow(job.jobId());
      printer.print(end.result(), out -> show(end.result(), out));
      return ExitCode.OK;
    }

    private static void show(JsonNode result, PrintWriter out) {
      TextTable table =
          new TextTable(
              "COLUMN", "TYPE", "COMPLETE", "DISTINCT", "MIN", "MAX", "MEAN", "MEDIAN", "FREQUENT");
      for (JsonNode column : result.at("/profile/columns")) {
        table.row(
            column.path("name").asText(),
            column.path("type").asText(),
            // Rounded down: 100% is all.
            String.format(
                Locale.ROOT,
                "%.1f%%",
                Math.floor(column.path("completeness").asDouble() * 1000) / 10),
            (column.path("distinct_exact").asBoolean() ? "" : "~")
                + column.path("distinct").asText(),
            brief(column.path("min")),
            brief(column.path("max")),
            number(column.path("mean")),
            number(column.at("/quantiles/0.5")),
            brief(column.at("/frequent/0/value")));
      }
      table.print(out);
      out.println(
          Printer.count(result.path("rows_read").asLong())
              + " rows read, "
              + Printer.count(result.path("rows_from_kept_profiles").asLong())
              + " from kept profiles");
    }

    private static String number(JsonNode value) {
      return value.isNumber() ? String.format(Locale.ROOT, "%.4g", value.asDouble()) : "";
    }

    private static String brief(JsonNode value) {
      String text = value.isMissingNode() || value.isNull() ? "" : value.asText();
      return text.length() <= 24 ? text : text.substring(0, 21) + "...";
    }
  }
}
