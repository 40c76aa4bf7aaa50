package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.Bill;
import com.auterity.neuroweaver.client.JobCost;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "cost",
    description = "What jobs used and what that costs.",
    mixinStandardHelpOptions = true)
final class CostCommand implements Callable<Integer> {
  @Mixin private Connection connection;
  @Mixin private Printer printer;

  @Parameters(
      arity = "0..1",
      paramLabel = "JOB",
      description = "A job or workflow, with its children (default: everything).")
  private String jobId;

  @Override
  public Integer call() {
    Bill bill = connection.client().costs(jobId);
    printer.print(
        bill,
        out -> {
          TextTable table =
              new TextTable(
                  "JOB",
                  "KIND",
                  "WALL S",
                  "NODE S",
                  "CPU S",
                  "READ",
                  "WRITTEN",
                  "TOKENS IN",
                  "TOKENS OUT",
                  "USD");
          for (JobCost cost : bill.byJob()) {
            table.row(
                cost.jobId() == null ? "(" + cost.kind() + ")" : cost.jobId(),
                cost.kind(),
                Printer.decimal(cost.wallSeconds(), 1),
                Printer.decimal(cost.nodeSeconds(), 1),
                Printer.decimal(cost.cpuSeconds(), 1),
                Printer.count(cost.bytesRead()),
                Printer.count(cost.bytesWritten()),
                Printer.count(cost.tokensIn()),
                Printer.count(cost.tokensOut()),
                Printer.decimal(cost.usd(), 6));
          }
          table.print(out);
          out.println("total " + Printer.decimal(bill.totalUsd(), 6) + " USD");
        });
    return ExitCode.OK;
  }
}
