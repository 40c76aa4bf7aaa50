package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.client.cli.ExitCode;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.node.NodeLogging;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code neuroweaver bench NAME}: measures and prints a table. */
@Command(
    name = "bench",
    description = "Measures this machine, and the engine beside other libraries.",
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  private static final int MOST_MEGABYTES = 1 << 20;
  private static final int LEAST_DOCUMENTS = 100;
  private static final int MOST_DOCUMENTS = 10_000_000;

  private final List<Bench> benches;

  @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "See --list.")
  private String name;

  @Option(names = "--list", description = "Names every bench and its cases; measures nothing.")
  private boolean list;

  @Option(
      names = "--case",
      paramLabel = "GLOB",
      description = "Only cases like this: '0.5b/*'; a star is any characters.")
  private String glob;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Turns of each side; the median counts (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--megabytes",
      paramLabel = "N",
      description = "Size of the generated source file, for ingest (default: 1024).")
  private Integer megabytes;

  @Option(
      names = "--documents",
      paramLabel = "N",
      description = "Number of generated documents, for dedup (default: 100000).")
  private Integer documents;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures there as JSON.")
  private Path json;

  @Spec private CommandSpec spec;

  BenchCommand() {
    this(
        List.of(
            new GemmBench(),
            new LoraStepBench(),
            new GenerateBench(),
            new IngestBench(),
            new DedupBench(),
            new RefineBench(),
            new RefineValueBench()));
  }

  BenchCommand(List<Bench> benches) {
    this.benches = benches;
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter progress = spec.commandLine().getErr();
    if (list) {
      for (Bench bench : benches) {
        out.printf("%-10s %s%n", bench.name(), bench.summary());
        bench
            .cases()
            .forEach(each -> out.printf("%-10s   %s (%s)%n", "", each.name(), each.unit()));
      }
      out.flush();
      return ExitCode.OK;
    }
    Bench bench = bench();
    List<BenchCase> cases = cases(bench);
    if (rounds < 1) {
      throw NeuroWeaverException.invalid("--rounds must be at least 1, found " + rounds);
    }
    if (megabytes != null && !bench.hasSource()) {
      throw NeuroWeaverException.invalid(
          "--megabytes: " + bench.name() + " has no source file whose size could be chosen");
    }
    if (megabytes != null && (megabytes < 1 || megabytes > MOST_MEGABYTES)) {
      throw NeuroWeaverException.invalid(
          "--megabytes must be 1 to %d, found %d".formatted(MOST_MEGABYTES, megabytes));
    }
    if (documents != null && !bench.hasDocuments()) {
      throw NeuroWeaverException.invalid(
          "--documents: " + bench.name() + " has no documents whose number could be chosen");
    }
    if (documents != null && (documents < LEAST_DOCUMENTS || documents > MOST_DOCUMENTS)) {
      throw NeuroWeaverException.invalid(
          "--documents must be %d to %d, found %d"
              .formatted(LEAST_DOCUMENTS, MOST_DOCUMENTS, documents));
    }
    if (json != null) {
      // Found out before minutes of measuring, not after.
      Path folder = json.toAbsolutePath().getParent();
      if (!Files.isDirectory(folder) || Files.isDirectory(json)) {
        throw NeuroWeaverException.invalid("--json %s: not a file in a folder".formatted(json));
      }
    }
    NodeLogging.warningsOnly();
    BenchRun run =
        new BenchRun(
            Path.of(System.getProperty("neuroweaver.home", "")),
            rounds,
            megabytes == null ? 1_024 : megabytes,
            documents == null ? 100_000 : documents,
            progress);
    Report report = new Report(bench.name(), Machine.here());
    try (bench) {
      for (BenchCase each : cases) {
        run.say("%s %s", bench.name(), each.name());
        report.add(each, each.measure(run));
      }
    }
    out.print(report.table());
    out.flush();
    if (json != null) {
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValue(json.toFile(), report.json());
      progress.println("wrote " + json);
    }
    return report.everyPeerMeasured() ? ExitCode.OK : ExitCode.FAILURE;
  }

  private Bench bench() {
    List<String> names = benches.stream().map(Bench::name).toList();
    if (name == null) {
      throw NeuroWeaverException.invalid("bench needs a NAME, one of " + names);
    }
    return benches.stream()
        .filter(bench -> bench.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                NeuroWeaverException.invalid(
                    "there is no bench %s; there are %s".formatted(name, names)));
  }

  private List<BenchCase> cases(Bench bench) {
    List<BenchCase> all = bench.cases();
    if (glob == null) {
      return all;
    }
    Pattern pattern = pattern(glob);
    List<BenchCase> chosen =
        all.stream().filter(each -> pattern.matcher(each.name()).matches()).toList();
    if (chosen.isEmpty()) {
      throw NeuroWeaverException.invalid(
          "no case of %s is like %s; there are %s"
              .formatted(bench.name(), glob, all.stream().map(BenchCase::name).toList()));
    }
    return chosen;
  }

  /** A star is any characters, slashes among them; a question mark is one; the rest is itself. */
  private static Pattern pattern(String glob) {
    StringBuilder pattern = new StringBuilder();
    for (char c : glob.toCharArray()) {
      pattern.append(
          switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(String.valueOf(c));
          });
    }
    return Pattern.compile(pattern.toString());
  }
}
