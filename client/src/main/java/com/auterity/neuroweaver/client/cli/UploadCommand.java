package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.UploadRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "upload",
    description = {
      "Send a file of this machine to the grid and load it as a new version of a dataset.",
      "Unlike load, the nodes need not see the file."
    },
    mixinStandardHelpOptions = true)
final class UploadCommand implements Callable<Integer> {
  @Mixin private Connection connection;
  @Mixin private Printer printer;

  @Parameters(paramLabel = "FILE", description = "The file.")
  private Path file;

  @Option(
      names = "--name",
      description = "Name of the dataset (default: that of the file without its ending).")
  private String name;

  @Option(names = "--format", description = "As in load (default: by the file's ending).")
  private String format;

  @Mixin private TextOptions text;
  @Mixin private VersionOptions version;

  @Option(
      names = "--idempotency-key",
      description = "Sent again with the same key, the same file gives the same job.")
  private String idempotencyKey;

  @Option(names = "--detach", description = "Submit, print the job and return.")
  private boolean detach;

  @Override
  public Integer call() throws InterruptedException {
    if (!Files.isRegularFile(file)) {
      throw new UsageException("there is no file " + file);
    }
    NeuroWeaverClient client = connection.client();
    UploadRequest request =
        new UploadRequest(
            name == null ? DatasetCommand.Load.stem(List.of(file.toString())) : name,
            format,
            version.partitionBy(),
            text.delimiter(),
            text.quote(),
            text.header(),
            text.encoding(),
            text.records(),
            text.select(),
            text.maxCell(),
            version.evolve(),
            version.key(),
            version.once());
    Job job = client.uploadDataset(request, file, idempotencyKey);
    return Submitted.show(client, printer, job, detach);
  }
}
