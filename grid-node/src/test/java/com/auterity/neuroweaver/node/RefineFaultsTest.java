package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.automotive.Dirt;
import com.auterity.neuroweaver.datasets.automotive.ServiceRequests;
import com.auterity.neuroweaver.datasets.automotive.Split;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.ignite.client.IgniteClient;
import org.junit.jupiter.api.Test;

/**
 * Nodes are killed at random points of refinements, and each ends with the kept and the rejected
 * rows of an undisturbed one, byte for byte. {@code -Dneuroweaver.faults.rounds=50} kills longer.
 */
class RefineFaultsTest {
  private static final int ROUNDS = Integer.getInteger("neuroweaver.faults.rounds", 2);
  private static final int ROWS = Integer.getInteger("neuroweaver.faults.refined_rows", 20_000);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Stages of every kind: of a row, of a partition, of the whole dataset before it and after. */
  private static final String RECIPE =
      """
      [{"stage": "normalize", "columns": ["vin", "customer_text"], "unicode": "nfkc"},
       {"stage": "range_check", "columns": {"odometer": {"min": 0, "max": 1000000}}},
       {"stage": "vin_check", "column": "vin", "model_year_column": "model_year"},
       {"stage": "boilerplate", "columns": ["customer_text"], "signatures": true},
       {"stage": "exact_duplicates", "columns": ["vin", "customer_text"]},
       {"stage": "mask_personal_data", "columns": ["customer_text"], "action": "surrogate",
        "seed": 5},
       {"stage": "near_duplicates", "columns": ["customer_text"], "threshold": 0.9},
       {"stage": "sample", "method": "kmeans", "columns": ["customer_text"], "clusters": 8,
        "fraction": 0.8}]
      """;

  private record Refined(List<ChunkInfo> kept, List<ChunkInfo> rejected, JsonNode stages) {
    static Refined of(SqlJobs jobs, String job, String name) throws IOException {
      Manifest kept = OrderLoads.manifest(jobs, name);
      Manifest rejected = OrderLoads.manifest(jobs, name + "_rejects");
      JsonNode result = JSON.readTree((String) jobs.column(job, "RESULT_JSON"));
      return new Refined(kept.chunks(), rejected.chunks(), result.get("stages"));
    }
  }

  private static void write(Path file) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      Iterator<Map<String, Object>> rows =
          new ServiceRequests(11, ROWS, Split.TRAIN, Dirt.usual()).stream().iterator();
      while (rows.hasNext()) {
        out.write(JSON.writeValueAsString(rows.next()));
        out.newLine();
      }
    }
  }

  private static String submit(SqlJobs jobs, String name) throws IOException {
    ObjectNode parameters = JSON.createObjectNode().put("dataset", "raw").put("as", name);
    parameters.set("stages", JSON.readTree(RECIPE));
    return jobs.submit(name, "refine", parameters.toString());
  }

  @Test
  void aRefinementWhoseNodesAreKilledWritesTheSameBytes() throws Exception {
    try (GridHarness grid = GridHarness.start(2, "backups=1", "departure_seconds=3600")) {
      Path file = grid.folder("files").resolve("requests.jsonl");
      write(file);
      Refined undisturbed;
      int partitions;
      try (IgniteClient client = grid.client(0)) {
        SqlJobs jobs = new SqlJobs(client);
        String load = jobs.submit("raw", "load", "{\"name\": \"raw\", \"path\": \"" + file + "\"}");
        jobs.awaitState(load, "SUCCEEDED");
        partitions = OrderLoads.manifest(jobs, "raw").partitions();
        String job = submit(jobs, "undisturbed");
        jobs.awaitState(job, "SUCCEEDED");
        undisturbed = Refined.of(jobs, job, "undisturbed");
      }
      for (String reason :
          List.of("exact_duplicate", "near_duplicate", "vin_check_digit", "not_sampled")) {
        assertTrue(undisturbed.stages().findValue(reason) != null, reason);
      }
      Random random = new Random(Long.getLong("neuroweaver.faults.seed", 1));
      int takenUp = 0;
      for (int round = 0; round < ROUNDS; round++) {
        String name = "round-" + round;
        // Before the first partition is done the survey stages ask; then partitions are written.
        int done = random.nextInt(partitions);
        String job;
        String coordinator;
        try (IgniteClient client = grid.client(0)) {
          SqlJobs jobs = new SqlJobs(client);
          job = submit(jobs, name);
          GridHarness.await(
              Duration.ofSeconds(120),
              done + " partitions to be done",
              () -> {
                Object step = jobs.column(job, "COMMIT_STEP");
                return jobs.column(job, "NODE") != null
                    && step != null
                    && ((Number) step).longValue() >= done;
              });
          coordinator = (String) jobs.column(job, "NODE");
        }
        // The node that coordinates in every other round, else the one that only refines.
        int victim = (round % 2 == 0) == coordinator.equals(grid.name(0)) ? 0 : 1;
        grid.kill(victim);
        try (IgniteClient client = grid.client(1 - victim)) {
          SqlJobs jobs = new SqlJobs(client);
          jobs.awaitState(job, "SUCCEEDED");
          assertEquals(
              undisturbed,
              Refined.of(jobs, job, name),
              "round " + round + ", " + grid.name(victim) + " killed after " + done);
          takenUp += ((Number) jobs.column(job, "EPOCH")).longValue() > 1 ? 1 : 0;
        }
        grid.launch(victim);
        grid.awaitReady(victim);
        try (IgniteClient client = grid.client(victim)) {
          new SqlJobs(client).awaitOwners();
        }
      }
      assertTrue(takenUp > 0, "no kill fell into a refinement");
    }
  }
}
