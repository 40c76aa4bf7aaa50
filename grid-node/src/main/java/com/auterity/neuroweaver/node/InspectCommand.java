package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.client.WireMapper;
import com.auterity.neuroweaver.client.cli.ExitCode;
import com.auterity.neuroweaver.client.cli.LayoutOptions;
import com.auterity.neuroweaver.datasets.format.RejectedRows;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.jobs.loading.FileInspection;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code neuroweaver dataset inspect}: what a load would make of files. */
@Command(
    name = "inspect",
    description = {
      "Show what a load would make of files: layout, columns and first rows.",
      "The output is YAML for dataset load --schema. Works on files of this machine; no grid takes"
          + " part."
    },
    mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {
  private static final int SHOWN = 120;

  @Mixin private LayoutOptions layout;

  @Option(names = "--rows", defaultValue = "5", description = "How many first rows (default: 5).")
  private int rows;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    NodeLogging.warnings();
    // The name is no part of what is inspected, but a load has one.
    ObjectNode parameters = WireMapper.strict().valueToTree(layout.request("inspected"));
    RejectedRows rejected = new RejectedRows(FileInspection.REJECTIONS_SHOWN);
    show(FileInspection.of(parameters, rows, rejected), rejected);
    return ExitCode.OK;
  }

  private void show(FileInspection found, RejectedRows rejected) {
    PrintWriter out = spec.commandLine().getOut();
    found.files().forEach(file -> out.println("# " + file));
    if (found.records() > 0) {
      out.println("# " + found.records() + " records");
    }
    out.print(found.yaml());
    out.println("# first rows:");
    List<String> names = found.schema().names();
    for (Row row : found.first()) {
      out.println("# - row " + row.ordinal());
      for (int i = 0; i < names.size(); i++) {
        if (row.get(i) != null) {
          out.println("#   " + brief(names.get(i)) + ": " + brief(row.text(i)));
        }
      }
    }
    for (RejectedRows.Rejection rejection : rejected.first()) {
      out.println(
          "# rejected: "
              + rejection.place()
              + ": "
              + rejection.reason()
              + ": "
              + brief(rejection.message()));
    }
    out.flush();
  }

  /** On one line, so that it stays a comment. */
  private static String brief(String text) {
    String line = text.replaceAll("[\\p{Cntrl}\u0085\u2028\u2029]+", " ");
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN - 3) + "...";
  }
}
