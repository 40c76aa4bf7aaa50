package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.EraseRequest;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.Retention;
import com.auterity.neuroweaver.client.RetentionRequest;
import com.auterity.neuroweaver.client.RetireRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands below {@code dataset} that take care of what is there. */
final class CareCommands {
  private CareCommands() {}

  @Command(
      name = "verify",
      description = "Check every copy of every chunk, and mend damaged ones.",
      mixinStandardHelpOptions = true)
  static final class Verify implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(paramLabel = "DATASET", description = "Name, name@version or id.")
    private String reference;

    @Option(names = "--detach", description = "Submit, print the job and return.")
    private boolean detach;

    @Override
    public Integer call() throws InterruptedException {
      NeuroWeaverClient client = connection.client();
      return Submitted.show(client, printer, client.verifyDataset(reference), detach);
    }
  }

  @Command(
      name = "retention",
      description = {
        "Show or set how long versions are kept. Once an hour, versions older than --keep-days",
        "and not among the newest --keep-versions are retired; the newest never is."
      },
      mixinStandardHelpOptions = true)
  static final class Keep implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(paramLabel = "DATASET", description = "Name or id.")
    private String reference;

    @Option(names = "--keep-days", description = "Younger versions stay, however many.")
    private Integer days;

    @Option(
        names = "--keep-versions",
        description = "So many of the newest stay, however old (default: 1).")
    private Integer versions;

    @Option(names = "--keep-everything", description = "Remove the retention.")
    private boolean everything;

    @Override
    public Integer call() {
      if (everything && (days != null || versions != null)) {
        throw new UsageException("--keep-everything stands alone");
      }
      NeuroWeaverClient client = connection.client();
      Retention now =
          everything || days != null || versions != null
              ? client.setRetention(
                  reference, new RetentionRequest(days, versions, everything ? true : null))
              : client.retention(reference);
      printer.print(now, out -> out.println(now.name() + ": " + words(now)));
      return ExitCode.OK;
    }

    private static String words(Retention retention) {
      if (retention.keepVersions() == null) {
        return "every version is kept";
      }
      return "the newest "
          + retention.keepVersions()
          + (retention.keepDays() == null
              ? " are kept"
              : " are kept, and all of the last " + retention.keepDays() + " days");
    }
  }

  @Command(
      name = "retire",
      description = {
        "Dispose of versions: those the dataset's retention has made due, the one version named,",
        "or without DATASET those that any retention has made due."
      },
      mixinStandardHelpOptions = true)
  static final class Retire implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(
        paramLabel = "DATASET",
        arity = "0..1",
        description = "Name or id; name@version for one version.")
    private String reference;

    @Option(names = "--dry-run", description = "Only say what would go.")
    private boolean dryRun;

    @Option(names = "--detach", description = "Submit, print the job and return.")
    private boolean detach;

    @Override
    public Integer call() throws InterruptedException {
      NeuroWeaverClient client = connection.client();
      return Submitted.show(
          client, printer, client.retire(reference, new RetireRequest(dryRun)), detach);
    }
  }

  @Command(
      name = "erase",
      description = {
        "Erase the rows of a data subject from every version of a dataset and of everything",
        "derived from it; lists the adapters trained on them and where copies may remain."
      },
      mixinStandardHelpOptions = true)
  static final class Erase implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(paramLabel = "DATASET", description = "Name or id.")
    private String reference;

    @Option(
        names = "--key",
        required = true,
        paramLabel = "COLUMN=VALUE",
        description = "Rows with this value go.")
    private String key;

    @Option(names = "--detach", description = "Submit, print the job and return.")
    private boolean detach;

    @Override
    public Integer call() throws InterruptedException {
      int equals = key.indexOf('=');
      if (equals < 1 || equals == key.length() - 1) {
        throw new UsageException("--key is a column and a value: --key phone=555-0100");
      }
      NeuroWeaverClient client = connection.client();
      return Submitted.show(
          client,
          printer,
          client.erase(
              reference, new EraseRequest(key.substring(0, equals), key.substring(equals + 1))),
          detach);
    }
  }
}
