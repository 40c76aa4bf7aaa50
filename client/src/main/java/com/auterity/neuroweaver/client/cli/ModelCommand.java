package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.DeployRequest;
import com.auterity.neuroweaver.client.Deployment;
import com.auterity.neuroweaver.client.Model;
import com.auterity.neuroweaver.client.ModelVersion;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.Page;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "model",
    description = "Look at and deploy registered models.",
    mixinStandardHelpOptions = true,
    subcommands = {ModelCommand.ListAll.class, ModelCommand.Show.class, ModelCommand.Deploy.class})
final class ModelCommand extends Group {

  @Command(name = "list", description = "List the models.", mixinStandardHelpOptions = true)
  static final class ListAll implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;
    @Mixin private Paging paging;

    @Override
    public Integer call() {
      Page<Model> page = connection.client().models(paging.limit(), paging.offset());
      printer.print(
          page,
          out -> {
            TextTable table = new TextTable("NAME", "VERSIONS", "DEPLOYED AS", "ID");
            for (Model model : page.data()) {
              table.row(
                  model.name(),
                  model.versions().stream()
                      .map(ModelVersion::version)
                      .collect(Collectors.joining(" ")),
                  model.deployments().stream()
                      .map(Deployment::name)
                      .collect(Collectors.joining(" ")),
                  model.modelId());
            }
            table.print(out);
            paging.more(page.meta(), out);
          });
      return ExitCode.OK;
    }
  }

  @Command(
      name = "show",
      description = "Versions, lineage and measurements of a model.",
      mixinStandardHelpOptions = true)
  static final class Show implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(paramLabel = "MODEL", description = "Name or id.")
    private String reference;

    @Override
    public Integer call() {
      Model model = connection.client().model(reference);
      printer.print(model, out -> show(model, out));
      return ExitCode.OK;
    }

    private static void show(Model model, PrintWriter out) {
      out.println(model.name() + "  " + model.modelId());
      for (ModelVersion v : model.versions()) {
        out.println();
        out.println(
            "version " + v.version() + "  " + v.versionId() + "  " + String.join(" ", v.aliases()));
        out.println("  base model    " + v.baseModel() + "  sha256 " + v.baseModelSha256());
        out.println("  adapter       sha256 " + v.adapterSha256());
        out.println("  trained by    " + v.trainingJobId());
        out.println("  on datasets   " + String.join(", ", v.datasetVersionIds()));
        v.metrics().forEach((name, value) -> out.println("  " + name + ": " + value));
      }
      if (!model.deployments().isEmpty()) {
        out.println();
        TextTable table = new TextTable("DEPLOYMENT", "VERSION", "STATE", "ID");
        model
            .deployments()
            .forEach(d -> table.row(d.name(), d.version(), d.state(), d.deploymentId()));
        table.print(out);
      }
    }
  }

  @Command(
      name = "deploy",
      description = "Let a model answer under a name.",
      mixinStandardHelpOptions = true)
  static final class Deploy implements Callable<Integer> {
    @Mixin private Connection connection;
    @Mixin private Printer printer;

    @Parameters(paramLabel = "MODEL", description = "name, name@version, name@alias or id.")
    private String model;

    @Option(names = "--name", description = "Name of the deployment (default: the model's).")
    private String name;

    @Option(names = "--detach", description = "Submit, print the job and return.")
    private boolean detach;

    @Override
    public Integer call() throws InterruptedException {
      NeuroWeaverClient client = connection.client();
      return Submitted.show(client, printer, client.deploy(new DeployRequest(model, name)), detach);
    }
  }
}
