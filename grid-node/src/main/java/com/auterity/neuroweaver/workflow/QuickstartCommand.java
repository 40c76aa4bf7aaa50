package com.auterity.neuroweaver.workflow;

import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.Workflow;
import com.auterity.neuroweaver.client.WorkflowRequest;
import com.auterity.neuroweaver.client.cli.ExitCode;
import com.auterity.neuroweaver.client.cli.FailureException;
import com.auterity.neuroweaver.client.cli.TextTable;
import com.auterity.neuroweaver.client.cli.UsageException;
import com.auterity.neuroweaver.client.cli.WorkflowWatch;
import com.auterity.neuroweaver.datasets.automotive.ServiceRequests;
import com.auterity.neuroweaver.datasets.automotive.Split;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code neuroweaver quickstart}: the whole way on a grid of its own, as any client would go it.
 */
@Command(
    name = "quickstart",
    description = {
      "Starts a grid on this machine, turns raw service requests into a deployed model by",
      "config/quickstart.yaml, and shows the improvement and the bill."
    },
    mixinStandardHelpOptions = true)
final class QuickstartCommand implements Callable<Integer> {
  private static final double AIM = 0.80;

  @Spec private CommandSpec spec;

  @Option(names = "--nodes", defaultValue = "2", description = "Node processes (default: 2).")
  private int nodes;

  @Option(
      names = "--out",
      defaultValue = "var/quickstart",
      description = "Folder for raw data, the grid and the report (default: var/quickstart).")
  private Path out;

  @Option(names = "--keep", description = "Leave the nodes running.")
  private boolean keep;

  @Option(names = "--rows", defaultValue = "24000", description = "Raw rows (default: 24000).")
  private int rows;

  @Option(names = "--heldout", defaultValue = "400", description = "Held-out rows (default: 400).")
  private int heldout;

  @Option(names = "--seed", defaultValue = "1", description = "Of the raw data (default: 1).")
  private long seed;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Value of a parameter of config/quickstart.yaml.")
  private Map<String, String> values = new LinkedHashMap<>();

  @Override
  public Integer call() throws Exception {
    check();
    Instant from = Instant.now();
    Path folder = out.toAbsolutePath().normalize();
    Path home = Path.of(System.getProperty("neuroweaver.home", "")).toAbsolutePath();
    PrintWriter console = spec.commandLine().getOut();
    Path program = home.resolve("config/quickstart.yaml");
    String source = read(program);
    Path train = folder.resolve("raw/service-requests.jsonl");
    Path held = folder.resolve("raw/service-requests-heldout.jsonl");
    write(train, ServiceRequests.generate(seed, rows, Split.TRAIN));
    write(held, ServiceRequests.generate(seed, heldout, Split.HELDOUT));
    console.printf(
        Locale.ROOT, "raw data: %,d rows in %s, %,d held out%n", rows, out.resolve("raw"), heldout);
    console.printf("starting %d node%s in %s%n", nodes, nodes == 1 ? "" : "s", out.resolve("grid"));

    LocalGrid grid = LocalGrid.start(home, folder.resolve("grid"), nodes);
    AtomicBoolean interrupted = new AtomicBoolean();
    Thread hook =
        new Thread(
            () -> {
              interrupted.set(true);
              grid.close();
            },
            "stop-nodes");
    Runtime.getRuntime().addShutdownHook(hook);
    Workflow end;
    try {
      List<URI> addresses = grid.awaitReady();
      NeuroWeaverClient client = NeuroWeaverClient.at(addresses.get(0));
      console.printf(
          "ready after %.1f s: %s%n",
          seconds(from), addresses.stream().map(URI::toString).collect(Collectors.joining(" ")));
      Map<String, JsonNode> parameters = new LinkedHashMap<>();
      parameters.put("train_file", TextNode.valueOf(train.toString()));
      parameters.put("heldout_file", TextNode.valueOf(held.toString()));
      values.forEach((name, value) -> parameters.put(name, TextNode.valueOf(value)));
      Workflow workflow =
          client.createWorkflow(
              new WorkflowRequest(home.relativize(program).toString(), source, parameters));
      WorkflowWatch watch = new WorkflowWatch(client, console);
      end = watch.follow(workflow.workflowId());
      WorkflowWatch.throwUnlessSucceeded(end);
      watch.writeReport(end, folder);
      summary(console, new ObjectMapper().readTree(folder.resolve("report.json").toFile()));
      console.printf(Locale.ROOT, "finished in %.0f s%n", seconds(from));
      if (keep) {
        grid.keep();
        howToCall(console, addresses.get(0), grid.pids());
      }
    } catch (RuntimeException e) {
      if (interrupted.get()) {
        // The nodes are being stopped under us: Ctrl-C is the answer, not what it breaks.
        return ExitCode.INTERRUPTED;
      }
      spec.commandLine().getErr().println("the nodes' logs are in " + out.resolve("grid"));
      throw e;
    } finally {
      grid.close();
      removeHook(hook);
    }
    return ExitCode.OK;
  }

  private void check() {
    if (nodes < 1 || nodes > 9) {
      throw new UsageException("--nodes: found " + nodes + ", expected 1 to 9");
    }
    if (rows < 100 || heldout < 10) {
      throw new UsageException(
          "--rows and --heldout: found "
              + rows
              + " and "
              + heldout
              + ", expected at least 100 and 10");
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending already, and the hook with it.
    }
  }

  private static double seconds(Instant from) {
    return Duration.between(from, Instant.now()).toMillis() / 1000.0;
  }

  private static String read(Path program) {
    try {
      return Files.readString(program);
    } catch (IOException e) {
      throw new UsageException("cannot read " + program + ": is neuroweaver.home right?", e);
    }
  }

  private static void write(Path file, Stream<Map<String, Object>> rows) {
    ObjectMapper json = new ObjectMapper();
    try {
      Files.createDirectories(file.getParent());
      try (BufferedWriter writer = Files.newBufferedWriter(file)) {
        Iterator<Map<String, Object>> all = rows.iterator();
        while (all.hasNext()) {
          writer.write(json.writeValueAsString(all.next()));
          writer.newLine();
        }
      }
    } catch (IOException e) {
      throw new FailureException("cannot write " + file + ": " + e.getMessage());
    }
  }

  private static void summary(PrintWriter console, JsonNode report) {
    JsonNode evaluation = report.path("evaluation");
    console.println();
    TextTable measures = new TextTable("HELD-OUT ROWS", "BEFORE", "AFTER", "KEYWORD LOOK-UP");
    for (String measure : List.of("op_code_accuracy", "valid_json", "field_exact", "perplexity")) {
      measures.row(
          measure,
          number(evaluation.at("/before/" + measure)),
          number(evaluation.at("/after/" + measure)),
          measure.equals("op_code_accuracy") ? number(evaluation.path("keyword_baseline")) : "-");
    }
    measures.print(console);
    JsonNode training = report.path("training");
    double rate =
        training.path("tokens").asDouble() / Math.max(1e-9, training.path("seconds").asDouble());
    console.println();
    TextTable rest = new TextTable("WHAT", "MEASURED");
    rest.row(
        "rows loaded, kept",
        report.at("/dataset/rows_loaded").asText()
            + ", "
            + report.at("/dataset/rows_kept").asText());
    rest.row("rejected", report.at("/dataset/rejected").toString());
    rest.row(
        "training",
        String.format(
            Locale.ROOT,
            "%d steps, %,d tokens, %.0f s, %,.0f tokens/s",
            training.path("steps").asLong(),
            training.path("tokens").asLong(),
            training.path("seconds").asDouble(),
            rate));
    rest.row(
        "loss", number(training.path("loss_first")) + " to " + number(training.path("loss_last")));
    rest.row("micro-batches by node", training.path("micro_batches_by_node").toString());
    rest.row("adapter sha256", training.path("adapter_sha256").asText());
    rest.row("rows answered", report.at("/inference/rows").asText());
    rest.row("cost", String.format(Locale.ROOT, "$%.6f", report.at("/cost/total_usd").asDouble()));
    rest.print(console);
    double reached = evaluation.at("/after/op_code_accuracy").asDouble();
    console.printf(
        Locale.ROOT,
        "%naim: op_code_accuracy of at least %.2f: %s (%.3f)%n",
        AIM,
        reached >= AIM ? "reached" : "MISSED",
        reached);
  }

  private static String number(JsonNode value) {
    return value.isNumber() ? String.format(Locale.ROOT, "%.3f", value.asDouble()) : "-";
  }

  private static void howToCall(PrintWriter console, URI url, List<Long> pids) {
    console.printf(
        """

        the nodes go on. Ask the model:
          ./neuroweaver predict service-advisor "brakes squeal when i stop" --url %1$s
          curl -s %1$s/api/v1/inference/predict -d '{"model":"service-advisor","prompt":"brakes squeal when i stop"}'
        look around:
          ./neuroweaver job list --url %1$s
          ./neuroweaver sql "SELECT JOB_ID, KIND, STATE FROM JOB" --url %1$s
        stop them:
          kill %2$s
        """,
        url, pids.stream().map(String::valueOf).collect(Collectors.joining(" ")));
    console.flush();
  }
}
