package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.client.cli.ExitCode;
import com.auterity.neuroweaver.client.cli.TextTable;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.model.AdapterPruning;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.MicroBatch;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.PeftAdapter;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code neuroweaver model prune-adapter}: a smaller adapter, and what that costs. */
@Command(
    name = "prune-adapter",
    description = {
      "Lower an adapter's rank, map by map, to its largest singular values, and show what is lost.",
      "Works on folders of this machine; no grid takes part."
    },
    mixinStandardHelpOptions = true)
final class PruneAdapterCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_TOKENS = 512;

  @Option(
      names = "--adapter",
      required = true,
      paramLabel = "FOLDER",
      description = "Adapter in PEFT's format (adapter_config.json, adapter_model.safetensors).")
  private Path adapter;

  @ArgGroup(multiplicity = "1")
  private Aim aim;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "Where to write the smaller adapter.")
  private Path out;

  @Option(
      names = "--base",
      paramLabel = "NAME|FOLDER",
      description = "Its base model; without it the one that adapter_config.json names.")
  private String base;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "JSON Lines with a key \"text\": the loss on it is measured before and after.")
  private Path text;

  @Spec private CommandSpec spec;

  /** Just one of the two. */
  private static final class Aim {
    @Option(names = "--rank", required = true, description = "At most this rank for each map.")
    private Integer rank;

    @Option(
        names = "--energy",
        required = true,
        description = "The share of each map's squared singular values to keep, for example 0.99.")
    private Double energy;
  }

  @Override
  public Integer call() {
    for (String file : List.of(PeftAdapter.CONFIG_FILE, PeftAdapter.WEIGHTS_FILE)) {
      if (Files.exists(out.resolve(file))) {
        throw NeuroWeaverException.invalid(
            "--out %s holds a file %s already; name another folder".formatted(out, file));
      }
    }
    String baseName = base != null ? base : PeftAdapter.baseModelName(adapter);
    ModelFolder folder = ModelFolder.open(ModelFolder.resolve(baseName));
    List<MicroBatch> batches = text == null ? List.of() : batches(folder);
    LoraAdapter before = PeftAdapter.read(adapter, folder.config());
    AdapterPruning pruning =
        aim.rank != null
            ? AdapterPruning.toRank(before, aim.rank)
            : AdapterPruning.toEnergy(before, aim.energy);
    PeftAdapter.write(out, pruning.adapter(), baseName);
    PrintWriter console = spec.commandLine().getOut();
    print(before, pruning, console);
    if (!batches.isEmpty()) {
      try (LlamaModel model = folder.load(Devices.best())) {
        console.printf(
            "loss for each token: base %.4f, with the adapter %.4f before and %.4f after%n",
            AdapterPruning.loss(model, null, batches),
            AdapterPruning.loss(model, before, batches),
            AdapterPruning.loss(model, pruning.adapter(), batches));
      }
    }
    console.flush();
    return ExitCode.OK;
  }

  private void print(LoraAdapter before, AdapterPruning pruning, PrintWriter console) {
    TextTable table = new TextTable("MAP", "RANK", "KEPT", "ENERGY", "ERROR");
    for (AdapterPruning.Pruned map : pruning.maps()) {
      table.row(
          map.path(),
          map.rankBefore(),
          map.rank(),
          "%.6f".formatted(map.energy()),
          "%.6f".formatted(map.error()));
    }
    table.print(console);
    console.printf(
        "energy kept %.6f, relative error %.6f, parameters %,d of %,d, in %s%n",
        pruning.energy(),
        pruning.error(),
        pruning.adapter().parameters().length,
        before.parameters().length,
        out);
  }

  /** Each line's text in pieces that fit the model. */
  private List<MicroBatch> batches(ModelFolder folder) {
    List<MicroBatch> batches = new ArrayList<>();
    int most = Math.min(MOST_TOKENS, folder.config().maxPositions());
    int number = 0;
    try {
      for (String line : Files.readAllLines(text)) {
        number++;
        if (line.isBlank()) {
          continue;
        }
        JsonNode value = JSON.readTree(line).path("text");
        if (!value.isTextual()) {
          throw wrongLine(number, "has no text under the key \"text\"", null);
        }
        int[] tokens = folder.tokenizer().encode(value.textValue());
        for (int from = 0; from + 1 < tokens.length; from += most) {
          int to = Math.min(tokens.length, from + most);
          if (to - from > 1) {
            batches.add(MicroBatch.ofText(Arrays.copyOfRange(tokens, from, to)));
          }
        }
      }
    } catch (JsonProcessingException e) {
      throw wrongLine(number, "is no JSON object: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "cannot read %s: %s".formatted(text, e),
          Map.of("file", text.toString()),
          e);
    }
    if (batches.isEmpty()) {
      throw NeuroWeaverException.invalid(
          "--text %s holds no line of two tokens or more".formatted(text));
    }
    return batches;
  }

  private NeuroWeaverException wrongLine(int number, String what, Exception cause) {
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT,
        "line %d of %s %s; right would be {\"text\": \"...\"}".formatted(number, text, what),
        Map.of("file", text.toString(), "line", number),
        cause);
  }
}
