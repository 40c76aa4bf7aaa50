package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.client.WorkflowStep;
import com.auterity.neuroweaver.datasets.automotive.Dirt;
import com.auterity.neuroweaver.datasets.automotive.ServiceRequests;
import com.auterity.neuroweaver.datasets.automotive.Split;
import com.auterity.neuroweaver.yaml.YamlDocument;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whether refinement pays: the same model is trained once through dirty rows, and on what a recipe
 * makes of them, and the fewest training tokens are sought with which the refined rows reach the
 * dirty ones' final evaluation on clean rows that neither has seen. Each is the mean of several
 * trainings.
 */
final class RefineValueBench implements Bench {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long SEED = 1;
  private static final int ROWS = 12_000;
  private static final int HELD_OUT = 800;
  private static final int NODES = 2;
  private static final Duration LIMIT = Duration.ofMinutes(60);

  /** Shares of the dirty rows' training steps that are tried, until one no longer suffices. */
  private static final List<Double> SHARES = List.of(0.7, 0.5, 0.35, 0.25);

  /** Seeds of training: one run's accuracy moves by two points with the order of rows alone. */
  private static final List<Integer> TRAININGS = List.of(42, 43, 44);

  /** Times the refined rows may be gone through to use up so many steps: they are fewer. */
  private static final int EPOCHS = 5;

  @Override
  public String name() {
    return "refine-value";
  }

  @Override
  public String summary() {
    return "training tokens that refined rows need to reach what dirty ones reach";
  }

  @Override
  public List<BenchCase> cases() {
    return List.of(new Value());
  }

  private static final class Value implements BenchCase {
    @Override
    public String name() {
      return "service-requests";
    }

    @Override
    public String unit() {
      return "% of tokens saved";
    }

    @Override
    public Outcome measure(BenchRun run) throws InterruptedException {
      Path home = run.home().toAbsolutePath();
      Path folder = home.resolve("var").resolve("bench").resolve("refine-value");
      Path dirty = folder.resolve("dirty-" + ROWS + ".jsonl");
      Path held = folder.resolve("held-out-" + HELD_OUT + ".jsonl");
      if (!Files.exists(dirty)) {
        RefineBench.write(dirty, new DirtyRequests(SEED, ROWS));
      }
      if (!Files.exists(held)) {
        RefineBench.write(
            held,
            new ServiceRequests(SEED + 1, HELD_OUT, Split.HELDOUT, Dirt.none())
                .stream().iterator());
      }
      ObjectNode training =
          (ObjectNode)
              YamlDocument.read(home.resolve("config").resolve("quickstart.yaml"))
                  .tree()
                  .at("/steps/train/with");
      training.put("base_model", "nano").put("num_epochs", 1);
      training.put("learning_rate", 0.004);
      try (BenchGrid grid =
          new BenchGrid(home, folder.resolve("grid"), NODES, List.of(), node -> List.of())) {
        ObjectNode steps = JSON.createObjectNode();
        BenchGrid.step(steps, "load", "load").put("name", "dirty").put("path", dirty.toString());
        BenchGrid.step(steps, "held", "load").put("name", "held").put("path", held.toString());
        grid.run("load", steps, LIMIT);
        steps = JSON.createObjectNode();
        BenchGrid.step(steps, "refine", "refine")
            .put("dataset", "dirty")
            .put("as", "refined")
            .set("stages", recipe());
        JsonNode refined = grid.run("refine", steps, LIMIT).get("refine").result();
        run.say("  refined: %s of %s rows", refined.get("rows_kept"), refined.get("rows_in"));
        // Rows without a prompt or an answer cannot be trained at all.
        ArrayNode whole = JSON.createArrayNode();
        whole
            .addObject()
            .put("stage", "schema_check")
            .putArray("required")
            .add("customer_text")
            .add("answer");
        steps = JSON.createObjectNode();
        BenchGrid.step(steps, "refine", "refine")
            .put("dataset", "dirty")
            .put("as", "whole")
            .set("stages", whole);
        grid.run("refine", steps, LIMIT);
        Trained raw = trained(run, grid, training, "whole", 0);
        run.say("  dirty rows: %s", raw);
        List<Map<String, Object>> tried = new ArrayList<>();
        Trained best = null;
        for (double share : SHARES) {
          Trained some = trained(run, grid, training, "refined", (long) (share * raw.steps()));
          run.say("  refined rows, at most %.0f %% of the steps: %s", 100 * share, some);
          tried.add(some.json());
          if (some.accuracy() < raw.accuracy()) {
            break;
          }
          best = some;
        }
        double saved = best == null ? 0 : 100.0 * (1 - (double) best.tokens() / raw.tokens());
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("rows", ROWS);
        details.put("rows_kept", refined.get("rows_kept").asLong());
        details.put("rejected", refined.get("rejected"));
        details.put("dirty", raw.json());
        details.put("refined", tried);
        details.put(
            Report.REMARK,
            best == null
                ? "refined rows did not reach " + raw
                : "dirty rows: " + raw + "; refined rows: " + best);
        return Outcome.alone(Samples.of(Math.max(0, saved)), details);
      }
    }

    private static JsonNode recipe() {
      try (InputStream in = RefineValueBench.class.getResourceAsStream("refine-value.yaml")) {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        return YamlDocument.parse(text, "refine-value.yaml").tree().get("stages");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /**
     * The mean of several trainings, each evaluated.
     *
     * @param most steps, over several epochs if need be; 0 for one epoch
     */
    private static Trained trained(
        BenchRun run, BenchGrid grid, ObjectNode settings, String dataset, long most)
        throws InterruptedException {
      List<Trained> each = new ArrayList<>();
      for (int seed : TRAININGS) {
        each.add(train(grid, settings.deepCopy().put("seed", seed), dataset, most));
        run.say("    %s, seed %d: %s", dataset, seed, each.get(each.size() - 1));
      }
      return Trained.mean(each);
    }

    private static Trained train(BenchGrid grid, ObjectNode settings, String dataset, long most)
        throws InterruptedException {
      ObjectNode training = settings.deepCopy().put("dataset", dataset);
      if (most > 0) {
        training.put("num_epochs", EPOCHS).put("max_steps", most);
      }
      ObjectNode steps = JSON.createObjectNode();
      BenchGrid.step(steps, "train", "train").setAll(training);
      ObjectNode evaluate = BenchGrid.step(steps, "evaluate", "evaluate");
      evaluate.put("base_model", "nano").put("dataset", "held").put("adapter", "${steps.train}");
      evaluate.put("prompt_column", "customer_text").put("answer_column", "answer");
      Map<String, WorkflowStep> done = grid.run("train", steps, LIMIT);
      JsonNode trained = done.get("train").result();
      JsonNode after = done.get("evaluate").result().get("after");
      return new Trained(
          trained.get("steps").asLong(),
          trained.get("tokens").asLong(),
          List.of(after.get("op_code_accuracy").asDouble()),
          after.get("perplexity").asDouble());
    }
  }

  /** A training and its evaluation on clean rows, or the mean of several. */
  private record Trained(long steps, long tokens, List<Double> accuracies, double perplexity) {
    static Trained mean(List<Trained> each) {
      return new Trained(
          each.get(0).steps(),
          Math.round(each.stream().mapToLong(Trained::tokens).average().orElseThrow()),
          each.stream().map(Trained::accuracy).toList(),
          each.stream().mapToDouble(Trained::perplexity).average().orElseThrow());
    }

    double accuracy() {
      return accuracies.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("steps", steps);
      json.put("tokens", tokens);
      json.put("op_code_accuracy", accuracy());
      json.put("op_code_accuracies", accuracies);
      json.put("perplexity", perplexity);
      return json;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "op_code_accuracy %.3f and perplexity %.3f after %,d tokens",
          accuracy(),
          perplexity,
          tokens);
    }
  }
}
