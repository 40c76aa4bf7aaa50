package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.Page;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "job",
    description = "Look at, follow and cancel jobs.",
    mixinStandardHelpOptions = true,
    subcommands = {
      JobCommand.ListAll.class,
      JobCommand.Show.class,
      JobCommand.Cancel.class,
      JobCommand.Watch.class
    })
final class JobCommand extends Group {

  @Command(name = "list", description = "List jobs, newest first.", mixinStandardHelpOptions = true)
  static final class ListAll implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;
    @Mixin private Paging paging;

    @Option(names = "--kind", description = "Only this kind: load, refine, train ...")
    private String kind;

    @Option(names = "--state", description = "Only this state: ${COMPLETION-CANDIDATES}.")
    private JobState state;

    @Override
    public Integer call() {
      Page<Job> page = connection.client().jobs(kind, state, paging.limit(), paging.offset());
      printer.print(
          page,
          out -> {
            TextTable table = new TextTable("JOB", "KIND", "STATE", "CREATED", "PROGRESS");
            for (Job job : page.data()) {
              table.row(
                  job.jobId(),
                  job.kind(),
                  job.state(),
                  job.createdAt(),
                  ProgressText.of(
                      job.progress(),
                      job.state().isFinal() ? null : job.startedAt(),
                      Instant.now()));
            }
            table.print(out);
            paging.more(page.meta(), out);
          });
      return ExitCode.OK;
    }
  }

  @Command(
      name = "show",
      description = "All there is to know of a job.",
      mixinStandardHelpOptions = true)
  static final class Show implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(paramLabel = "JOB")
    private String jobId;

    @Override
    public Integer call() {
      // A job's parameters and result have no fixed shape: JSON is what people can read too.
      printer.out().println(Printer.pretty(connection.client().job(jobId)));
      return ExitCode.OK;
    }
  }

  @Command(name = "cancel", description = "Ask a job to stop.", mixinStandardHelpOptions = true)
  static final class Cancel implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(paramLabel = "JOB")
    private String jobId;

    @Override
    public Integer call() {
      Job job = connection.client().cancelJob(jobId);
      printer.print(job, out -> out.println(job.jobId() + "  " + job.state()));
      return ExitCode.OK;
    }
  }

  @Command(
      name = "watch",
      description = "Follow a job to its end.",
      mixinStandardHelpOptions = true)
  static final class Watch implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(paramLabel = "JOB")
    private String jobId;

    @Override
    public Integer call() throws InterruptedException {
      var client = connection.client();
      return Submitted.show(client, printer, client.job(jobId), false);
    }
  }
}
