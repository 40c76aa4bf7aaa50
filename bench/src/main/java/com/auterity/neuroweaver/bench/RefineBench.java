package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.client.WorkflowStep;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.automotive.Dirt;
import com.auterity.neuroweaver.datasets.automotive.ServiceRequests;
import com.auterity.neuroweaver.datasets.automotive.Split;
import com.auterity.neuroweaver.yaml.YamlDocument;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The quickstart's whole recipe, on nodes that are bound to cores of their own: what a second node
 * and a second core are worth.
 */
final class RefineBench implements Bench {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long SEED = 1;
  private static final int ROWS = 96_000;

  /** Until then, some three minutes, a node on one core compiles beside its work. */
  private static final int WARM_TURNS = 80;

  private static final Duration LIMIT = Duration.ofMinutes(20);

  @Override
  public String name() {
    return "refine";
  }

  @Override
  public String summary() {
    return "the quickstart's recipe on two nodes and on two cores, beside one node of one core";
  }

  @Override
  public List<BenchCase> cases() {
    return List.of(new Refine(2), new Refine(1));
  }

  /**
   * @param nodes two of one core each, or one of two cores
   */
  private record Refine(int nodes) implements BenchCase {
    @Override
    public String name() {
      return nodes == 2 ? "two-nodes" : "two-cores";
    }

    @Override
    public String unit() {
      return "rows/s";
    }

    @Override
    public Outcome measure(BenchRun run) throws InterruptedException {
      if (Runtime.getRuntime().availableProcessors() < 2) {
        throw new NeuroWeaverException(
            ErrorKind.UNAVAILABLE, "refine compares one core with two; this machine has one");
      }
      Path home = run.home().toAbsolutePath();
      Path folder = home.resolve("var").resolve("bench").resolve("refine");
      Path file = source(folder);
      JsonNode stages =
          YamlDocument.read(home.resolve("config").resolve("quickstart.yaml"))
              .tree()
              .at("/steps/refine/with/stages");
      Map<String, Object> details = new LinkedHashMap<>(Map.of("rows", ROWS));
      try (BenchGrid one = grid(home, folder, "one", List.of("0"), 1);
          BenchGrid two =
              nodes == 2
                  ? grid(home, folder, "two", List.of("0", "1"), 1)
                  : grid(home, folder, "two", List.of("0,1"), 2)) {
        List<Rounds.Turn> turns = new ArrayList<>();
        turns.add(turn(run, "two", two, file, stages));
        turns.add(turn(run, "one", one, file, stages));
        if (nodes == 1) {
          return outcome(Rounds.alternate(run.rounds(), turns), details);
        }
        try (BenchGrid apart = grid(home, folder, "apart", List.of("1"), 1)) {
          turns.add(together(turns.get(1), turn(run, "apart", apart, file, stages)));
          List<Samples> samples = Rounds.alternate(run.rounds(), turns);
          details.put("two_grids_at_once", samples.get(2).median());
          details.put(Report.SHARE, samples.get(0).median() / samples.get(2).median());
          return outcome(samples, details);
        }
      }
    }

    private static Outcome outcome(List<Samples> samples, Map<String, Object> details) {
      return Outcome.beside(samples.get(0), "one node of one core", samples.get(1), details);
    }

    /** A grid of nodes that are each bound to some cores. */
    private static BenchGrid grid(
        Path home, Path folder, String name, List<String> cores, int workers)
        throws InterruptedException {
      return new BenchGrid(
          home,
          folder.resolve(name),
          cores.size(),
          List.of("workers=" + workers),
          node -> List.of("taskset", "-c", cores.get(node)));
    }

    /**
     * Both at once, rows a second of both: what two cores of this machine give to two nodes that
     * share nothing, which no grid of two nodes can pass.
     */
    private static Rounds.Turn together(Rounds.Turn one, Rounds.Turn other) {
      return () -> {
        AtomicReference<Double> rate = new AtomicReference<>();
        Thread thread =
            new Thread(
                () -> {
                  try {
                    rate.set(other.measure());
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
        thread.start();
        double mine = one.measure();
        thread.join();
        if (rate.get() == null) {
          throw new NeuroWeaverException(ErrorKind.INTERNAL, "the other grid did not refine");
        }
        return mine + rate.get();
      };
    }

    /** Loads the rows and refines them uncounted some times, so that compiled code is measured. */
    private static Rounds.Turn turn(
        BenchRun run, String name, BenchGrid grid, Path file, JsonNode stages)
        throws InterruptedException {
      ObjectNode load = JSON.createObjectNode();
      BenchGrid.step(load, "load", "load").put("name", "raw").put("path", file.toString());
      grid.run("load", load, LIMIT);
      Rounds.Turn turn =
          () -> {
            ObjectNode refine = JSON.createObjectNode();
            BenchGrid.step(refine, "refine", "refine")
                .put("dataset", "raw")
                .put("as", "refined")
                .set("stages", stages);
            WorkflowStep step = grid.run("refine", refine, LIMIT).get("refine");
            double seconds = Duration.between(step.startedAt(), step.finishedAt()).toMillis() / 1e3;
            run.say(
                "  %s: %d rows, %s kept, %.2f s",
                name, ROWS, step.result().get("rows_kept"), seconds);
            return ROWS / seconds;
          };
      for (int i = 0; i < WARM_TURNS; i++) {
        turn.measure();
      }
      return turn;
    }
  }

  /** Service requests with the usual dirt, made once. */
  private static Path source(Path folder) {
    Path file = folder.resolve("service-requests-" + ROWS + ".jsonl");
    if (Files.exists(file)) {
      return file;
    }
    Iterator<Map<String, Object>> rows =
        new ServiceRequests(SEED, ROWS, Split.TRAIN, Dirt.usual()).stream().iterator();
    write(file, rows);
    return file;
  }

  /** Rows as JSON Lines; a file that is there is whole. */
  static void write(Path file, Iterator<Map<String, Object>> rows) {
    try {
      Files.createDirectories(file.getParent());
      Path part = file.resolveSibling(file.getFileName() + ".part");
      try (BufferedWriter out = Files.newBufferedWriter(part)) {
        while (rows.hasNext()) {
          out.write(JSON.writeValueAsString(rows.next()));
          out.newLine();
        }
      }
      Files.move(part, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
