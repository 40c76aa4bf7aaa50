package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.DatasetRowPage;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "rows",
    description = {
      "Print the rows of a dataset that a condition takes, in source order.",
      "For example: dataset rows cars --where \"make = 'Honda' and year >= 2020\""
    },
    mixinStandardHelpOptions = true)
final class RowsCommand implements Callable<Integer> {
  private static final int LONGEST_PAGE = 1_000;

  @Mixin private Connection connection;
  @Mixin private Printer printer;

  @Parameters(paramLabel = "DATASET", description = "Name, name@version or id.")
  private String reference;

  @Option(
      names = "--where",
      paramLabel = "CONDITION",
      description = "Which rows (default: all); comparisons, and, or, not, in, is null, like.")
  private String where;

  @Option(
      names = "--columns",
      split = ",",
      paramLabel = "NAME[,NAME...]",
      description = "Which columns, in this order (default: all).")
  private List<String> columns;

  @Option(
      names = "--limit",
      defaultValue = "50",
      description = "At most so many rows (default: 50).")
  private int limit;

  @Option(
      names = "--cursor",
      description = "Go on where an earlier call ended; it says with what cursor.")
  private String cursor;

  @Override
  public Integer call() {
    if (limit < 1) {
      throw new UsageException("--limit: found " + limit + ", at least 1 is right");
    }
    NeuroWeaverClient client = connection.client();
    List<Map<String, Object>> rows = new ArrayList<>();
    DatasetRowPage page;
    String next = cursor;
    do {
      page =
          client.rows(
              reference,
              where,
              columns == null ? List.of() : columns,
              Math.min(LONGEST_PAGE, limit - rows.size()),
              next);
      rows.addAll(page.rows());
      next = page.cursor();
    } while (next != null && rows.size() < limit);
    DatasetRowPage all =
        new DatasetRowPage(page.datasetId(), page.versionId(), page.columns(), rows, next);
    printer.print(
        all,
        out -> {
          TextTable table = new TextTable(all.columns().toArray(new String[0]));
          for (Map<String, Object> row : all.rows()) {
            table.row(all.columns().stream().map(row::get).map(RowsCommand::brief).toArray());
          }
          table.print(out);
          if (all.cursor() != null) {
            out.println("there are more: go on with --cursor " + all.cursor());
          }
        });
    return ExitCode.OK;
  }

  static String brief(Object value) {
    String text = value == null ? "" : value.toString();
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }
}
