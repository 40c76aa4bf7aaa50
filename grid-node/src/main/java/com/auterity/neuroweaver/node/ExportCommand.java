package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.client.cli.ExitCode;
import com.auterity.neuroweaver.jobs.model.ModelExport;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code neuroweaver model export}: local folders into files that other tools load. */
@Command(
    name = "export",
    description = {
      "Write a base model, with an adapter merged into it or not, or the adapter alone, for other tools.",
      "Works on folders of this machine; no grid takes part."
    },
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  @Option(
      names = "--base",
      required = true,
      paramLabel = "NAME|FOLDER",
      description = "Base model: a name of config/models, or a model folder.")
  private String base;

  @Option(
      names = "--adapter",
      paramLabel = "FOLDER",
      description = "Adapter in PEFT's format (adapter_config.json, adapter_model.safetensors).")
  private Path adapter;

  @Option(
      names = "--format",
      required = true,
      description =
          "gguf-f32, gguf-f16, gguf-q8_0, gguf-q4_0 (model), gguf-adapter, gguf-adapter-f16"
              + " (adapter alone), or safetensors (model folder).")
  private String format;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE|FOLDER",
      description = "What to write: a file, or for safetensors a folder.")
  private Path out;

  @Option(names = "--force", description = "Replace what is there already.")
  private boolean force;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    ModelExport.Format wanted = ModelExport.Format.of(format);
    NodeLogging.warnings();
    spec.commandLine()
        .getOut()
        .println(ModelExport.write(ModelFolder.resolve(base), adapter, wanted, out, force));
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
