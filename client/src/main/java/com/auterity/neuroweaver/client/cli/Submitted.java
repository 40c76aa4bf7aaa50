package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * What a command does with the job it submitted: print its id, or follow it and show the result.
 */
final class Submitted {
  private Submitted() {}

  static int show(NeuroWeaverClient client, Printer printer, Job job, boolean detach)
      throws InterruptedException {
    if (detach) {
      printer.print(job, out -> out.println(job.jobId()));
      return ExitCode.OK;
    }
    PrintWriter lines = printer.json() ? new PrintWriter(Writer.nullWriter()) : printer.out();
    Job end = new JobWatch(client, lines).follow(job.jobId());
    printer.print(
        end,
        out -> {
          if (end.result() != null) {
            end.result()
                .properties()
                .forEach(
                    field -> out.println("  " + field.getKey() + ": " + text(field.getValue())));
          }
        });
    return ExitCode.OK;
  }

  private static String text(com.fasterxml.jackson.databind.JsonNode value) {
    return value.isValueNode() ? value.asText() : value.toString();
  }
}
