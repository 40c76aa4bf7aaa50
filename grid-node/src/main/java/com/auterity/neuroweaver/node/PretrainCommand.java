package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.automotive.PlainText;
import com.auterity.neuroweaver.jobs.model.PretrainConfig;
import com.auterity.neuroweaver.jobs.model.Pretraining;
import com.auterity.neuroweaver.jobs.tensor.DeviceWish;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.yaml.YamlDocument;
import com.auterity.neuroweaver.yaml.YamlSchema;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code neuroweaver pretrain FILE}: makes a base model from generated automotive text. */
@Command(
    name = "pretrain",
    description = "Makes a base model: tokenizer, text, training, model folder.",
    mixinStandardHelpOptions = true)
final class PretrainCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "For example config/models/nano.yaml.")
  private Path file;

  @Option(names = "--smoke", description = "Two minutes: less text, few steps, nothing replaced.")
  private boolean smoke;

  @Option(names = "--resume", description = "Go on from the last checkpoint, if there is one.")
  private boolean resume;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Model folder to write; else the folder of the model's name beside FILE.")
  private Path out;

  @Option(
      names = "--work",
      paramLabel = "FOLDER",
      description = "Folder for checkpoints; else var/pretrain/NAME.")
  private Path work;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Replaces one value of FILE, for example training.threads=1.")
  private String[] overrides = {};

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "auto",
      description = "auto, cpu or nd4j.")
  private String device;

  @Option(
      names = "--precision",
      paramLabel = "PRECISION",
      defaultValue = "auto",
      description = "auto, bf16 or float32.")
  private String precision;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    YamlDocument document = YamlDocument.read(file);
    for (String override : overrides) {
      int equals = override.indexOf('=');
      if (equals < 1) {
        throw com.auterity.neuroweaver.datasets.NeuroWeaverException.invalid(
            "--set %s: KEY=VALUE is right".formatted(override));
      }
      document =
          document.with(
              override.substring(0, equals), override.substring(equals + 1), "--set " + override);
    }
    document.check(YamlSchema.resource(PretrainCommand.class, "pretrain.schema.json"));
    PretrainConfig config = PretrainConfig.of(document.tree(), document.name());
    String run = smoke ? config.name() + "-smoke" : config.name();
    Path home = Path.of(System.getProperty("neuroweaver.home", ""));
    Path workFolder = work != null ? work : home.resolve("var").resolve("pretrain").resolve(run);
    PrintWriter lines = spec.commandLine().getOut();
    new Pretraining(
            smoke ? config.smaller() : config,
            PlainText::documents,
            Devices.use(DeviceWish.of(device, precision)),
            workFolder,
            folder(config, workFolder),
            line -> {
              lines.println(line);
              lines.flush();
            })
        .run(resume);
    return 0;
  }

  private Path folder(PretrainConfig config, Path workFolder) {
    if (out != null) {
      return out;
    }
    return smoke
        ? workFolder.resolve("model")
        : file.toAbsolutePath().resolveSibling(config.name());
  }
}
