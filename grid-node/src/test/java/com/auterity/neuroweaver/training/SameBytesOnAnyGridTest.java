package com.auterity.neuroweaver.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.LoadRequest;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.TrainingRequest;
import com.auterity.neuroweaver.client.WireMapper;
import com.auterity.neuroweaver.node.GridHarness;
import com.auterity.neuroweaver.weaver.TinyModelFolder;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.ignite.cache.query.SqlFieldsQuery;
import org.apache.ignite.client.IgniteClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes: one node, three nodes, and three of which a worker or the coordinator is killed
 * midway give byte-identical adapters, and the ledger accounts for every row.
 */
class SameBytesOnAnyGridTest {
  private static final int ROWS = 240;
  private static final int EPOCHS = 6;
  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir Path folder;

  private Path model;
  private Path rows;

  @Test
  void oneNodeAndThreeNodesOfWhichAWorkerDies() throws Exception {
    model = TinyModelFolder.write(folder.resolve("model"), 5);
    rows = writeRows();
    String alone;
    try (GridHarness grid = GridHarness.start(1)) {
      load(grid, 0);
      Job job = finish(grid, 0, start(grid, 0).jobId());
      alone = job.result().get("adapter_sha256").textValue();
      assertTrue(
          job.result().get("loss_last").doubleValue()
              < job.result().get("loss_first").doubleValue(),
          job.result().toString());
      assertEveryRowOnceInEachEpoch(grid, 0, job);
    }
    try (GridHarness grid = GridHarness.start(3)) {
      load(grid, 0);
      Job calm = finish(grid, 0, start(grid, 0).jobId());
      assertEquals(alone, calm.result().get("adapter_sha256").textValue(), "three nodes");
      assertEquals(3, calm.result().get("micro_batches_by_node").size());
      assertEveryRowOnceInEachEpoch(grid, 0, calm);

      Job widowed = start(grid, 0);
      int coordinator = awaitMidway(grid, 0, widowed);
      int worker = (coordinator + 1) % 3;
      grid.kill(worker);
      assertEquals(JobState.RUNNING, at(grid, coordinator).job(widowed.jobId()).state());
      widowed = finish(grid, coordinator, widowed.jobId());
      assertEquals(alone, widowed.result().get("adapter_sha256").textValue(), "a worker killed");
      assertEveryRowOnceInEachEpoch(grid, coordinator, widowed);
    }
  }

  @Test
  void threeNodesOfWhichTheCoordinatorDies() throws Exception {
    model = TinyModelFolder.write(folder.resolve("model"), 5);
    rows = writeRows();
    try (GridHarness grid = GridHarness.start(3)) {
      load(grid, 0);
      Job calm = finish(grid, 0, start(grid, 0).jobId());
      String alone = calm.result().get("adapter_sha256").textValue();

      Job orphan = start(grid, 0);
      int first = awaitMidway(grid, 0, orphan);
      grid.kill(first);
      int left = (first + 1) % 3;
      orphan = finish(grid, left, orphan.jobId());
      assertEquals(
          alone, orphan.result().get("adapter_sha256").textValue(), "the coordinator killed");
      assertTrue(orphan.epoch() >= 2, "taken up " + orphan.epoch() + " times");
      assertFalse(grid.name(first).equals(orphan.node()));
      assertEveryRowOnceInEachEpoch(grid, left, orphan);
    }
  }

  private Path writeRows() throws IOException {
    ObjectMapper json = new ObjectMapper();
    StringBuilder lines = new StringBuilder();
    Random random = new Random(11);
    String[] words = {"noise", "brake", "oil", "light"};
    for (int i = 0; i < ROWS; i++) {
      String word = words[random.nextInt(words.length)];
      ObjectNode row = json.createObjectNode();
      row.put("question", word + " " + random.nextInt(1000));
      row.put("answer", word.toUpperCase(Locale.ROOT));
      lines.append(row).append('\n');
    }
    return Files.writeString(folder.resolve("rows.jsonl"), lines);
  }

  private static NeuroWeaverClient at(GridHarness grid, int node) {
    return NeuroWeaverClient.at(URI.create(grid.url(node)), LIMIT);
  }

  private void load(GridHarness grid, int node) throws InterruptedException {
    Job job = at(grid, node).loadDataset(LoadRequest.of("words", rows.toString()));
    finish(grid, node, job.jobId());
  }

  private Job start(GridHarness grid, int node) {
    ObjectNode request = new ObjectMapper().createObjectNode();
    request.put("base_model", model.toString()).put("dataset", "words");
    request.put("prompt_column", "question").put("answer_column", "answer");
    request.put("lora_r", 4).put("lora_alpha", 8).put("lora_dropout", 0.1);
    request.put("sequence_len", 48).put("gradient_accumulation_steps", 4);
    request.put("num_epochs", EPOCHS).put("learning_rate", 0.02).put("seed", 7);
    request.put("save_steps", 7);
    return at(grid, node)
        .startTraining(WireMapper.strict().convertValue(request, TrainingRequest.class));
  }

  /** Waits until the job has committed steps and has many before it; the node it runs on. */
  private static int awaitMidway(GridHarness grid, int node, Job job) {
    NeuroWeaverClient client = at(grid, node);
    GridHarness.await(
        LIMIT,
        () -> "some steps of " + client.job(job.jobId()),
        () -> {
          Job now = client.job(job.jobId());
          return now.state().isFinal()
              || (now.progress() != null
                  && "steps".equals(now.progress().unit())
                  && now.progress().done() >= 15);
        });
    Job now = client.job(job.jobId());
    assertEquals(JobState.RUNNING, now.state(), "too fast to be killed midway");
    return Integer.parseInt(now.node().substring(1)) - 1;
  }

  private static Job finish(GridHarness grid, int node, String jobId) throws InterruptedException {
    Job job = at(grid, node).awaitJob(jobId, LIMIT, seen -> {});
    assertEquals(JobState.SUCCEEDED, job.state(), () -> job + "\n" + grid.console(node));
    return job;
  }

  /** As anybody can see it by SQL: of each step the rows of its last run count. */
  private static void assertEveryRowOnceInEachEpoch(GridHarness grid, int node, Job job) {
    try (IgniteClient client = grid.client(node)) {
      List<List<?>> ledger =
          client
              .query(
                  new SqlFieldsQuery(
                          "SELECT STEP, RUN_EPOCH, DATA_EPOCH, ORDINALS"
                              + " FROM NEUROWEAVER.TRAIN_LEDGER WHERE JOB_ID = ?")
                      .setSchema("PUBLIC")
                      .setArgs(job.jobId()))
              .getAll();
      Map<Object, Long> lastRun = new HashMap<>();
      ledger.forEach(row -> lastRun.merge(row.get(0), (Long) row.get(1), Math::max));
      Set<String> counted = new HashSet<>();
      for (List<?> row : ledger) {
        if (row.get(1).equals(lastRun.get(row.get(0)))) {
          for (String ordinal : ((String) row.get(3)).split(",")) {
            assertTrue(counted.add(row.get(2) + ":" + ordinal), "counted twice: " + row);
          }
        }
      }
      assertEquals(ROWS * EPOCHS, counted.size());
    }
  }
}
