package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.automotive.Dirt;
import com.auterity.neuroweaver.datasets.automotive.Kit;
import com.auterity.neuroweaver.datasets.automotive.KitDataset;
import com.auterity.neuroweaver.datasets.automotive.PlainText;
import com.auterity.neuroweaver.datasets.automotive.ServiceRequests;
import com.auterity.neuroweaver.datasets.automotive.Split;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.temporal.Temporal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code neuroweaver generate}: seeded data files for the quickstart and for pretraining. */
@Command(
    name = "generate",
    description = "Write seeded, invented data: service requests, a kit's dataset or plain text.",
    mixinStandardHelpOptions = true,
    subcommands = {
      GenerateCommand.Requests.class,
      GenerateCommand.KitRows.class,
      GenerateCommand.Text.class
    })
final class GenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getOut());
    return 0;
  }

  /** Writes a file at once and whole: a neighbour is written, then moved over it. */
  private static void write(Path file, Body body) throws IOException {
    Path target = file.toAbsolutePath();
    Files.createDirectories(target.getParent());
    Path partial = target.resolveSibling(target.getFileName() + ".partial");
    try {
      try (BufferedWriter out = Files.newBufferedWriter(partial, StandardCharsets.UTF_8)) {
        body.write(out);
      }
      Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  private interface Body {
    void write(BufferedWriter out) throws IOException;
  }

  @Command(
      name = "service-requests",
      description = "JSON Lines: a customer's words about a vehicle, and the JSON answer.",
      mixinStandardHelpOptions = true)
  static final class Requests implements Callable<Integer> {
    @Option(names = "--rows", required = true, description = "How many rows.")
    private int rows;

    @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
        names = "--split",
        defaultValue = "train",
        description = "train or heldout; default: ${DEFAULT-VALUE}.")
    private String split;

    @Option(names = "--out", required = true, description = "The file to write.")
    private Path out;

    @Option(names = "--clean", description = "Plant no faults.")
    private boolean clean;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      Split half =
          switch (split) {
            case "train" -> Split.TRAIN;
            case "heldout" -> Split.HELDOUT;
            default ->
                throw NeuroWeaverException.invalid(
                    "--split is \"" + split + "\"; right would be train or heldout");
          };
      if (rows < 1) {
        throw NeuroWeaverException.invalid("--rows is " + rows + "; right would be 1 or more");
      }
      Dirt dirt = clean || half == Split.HELDOUT ? Dirt.none() : Dirt.usual();
      ServiceRequests requests = new ServiceRequests(seed, rows, half, dirt);
      ObjectMapper json = new ObjectMapper();
      write(
          out,
          writer -> {
            while (requests.hasNext()) {
              writer.write(json.writeValueAsString(requests.next()));
              writer.write('\n');
            }
          });
      PrintWriter console = spec.commandLine().getOut();
      console.printf("%,d service requests (%s, seed %d) in %s%n", rows, split, seed, out);
      new TreeMap<>(requests.planted())
          .forEach((fault, count) -> console.printf("  planted %-20s %,d%n", fault, count));
      console.flush();
      return 0;
    }
  }

  @Command(
      name = "kit",
      description = "JSON Lines: a dataset of a kit, for example of automotive dealership_qa.",
      mixinStandardHelpOptions = true)
  static final class KitRows implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "KIT", description = "For example automotive.")
    private String kit;

    @Parameters(index = "1", paramLabel = "DATASET", description = "One of the kit's.")
    private String name;

    @Option(names = "--rows", description = "How many rows (default: as many as are on offer).")
    private Long rows;

    @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--out", required = true, description = "The file to write.")
    private Path out;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      KitDataset dataset = Kit.get(kit).dataset(name);
      long count = rows == null ? dataset.rows() : rows;
      if (count < 1 || count > KitDataset.MOST_ROWS) {
        throw NeuroWeaverException.invalid(
            "--rows is " + count + "; right would be 1 to " + KitDataset.MOST_ROWS);
      }
      List<String> names = dataset.schema().names();
      ObjectMapper json = new ObjectMapper();
      write(
          out,
          writer -> {
            for (long i = 0; i < count; i++) {
              writer.write(json.writeValueAsString(object(names, dataset.row(seed, i))));
              writer.write('\n');
            }
          });
      PrintWriter console = spec.commandLine().getOut();
      console.printf("%,d rows of %s (seed %d) in %s%n", count, name, seed, out);
      console.flush();
      return 0;
    }

    private static Map<String, Object> object(List<String> names, Row row) {
      Map<String, Object> object = new LinkedHashMap<>();
      for (int i = 0; i < row.size(); i++) {
        Object value = row.get(i);
        object.put(names.get(i), value instanceof Temporal time ? time.toString() : value);
      }
      return object;
    }
  }

  @Command(
      name = "plain-text",
      description = "Plain automotive prose for pretraining, a blank line between documents.",
      mixinStandardHelpOptions = true)
  static final class Text implements Callable<Integer> {
    @Option(names = "--megabytes", defaultValue = "1", description = "How much text.")
    private double megabytes;

    @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--out", required = true, description = "The file to write.")
    private Path out;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      if (!(megabytes > 0 && megabytes <= 10_000)) {
        throw NeuroWeaverException.invalid(
            "--megabytes is " + megabytes + "; right would be more than 0 and at most 10000");
      }
      write(out, writer -> PlainText.generate(seed, (long) (megabytes * 1e6), writer));
      PrintWriter console = spec.commandLine().getOut();
      console.printf("%,d bytes of plain text (seed %d) in %s%n", Files.size(out), seed, out);
      console.flush();
      return 0;
    }
  }
}
