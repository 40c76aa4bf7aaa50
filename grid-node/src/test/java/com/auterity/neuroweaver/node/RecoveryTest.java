package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.ignite.client.IgniteClient;
import org.junit.jupiter.api.Test;

/** Jobs go on from what they committed, whoever dies. */
class RecoveryTest {
  @Test
  void jobsOutliveTheirCoordinatorAndAFullStop() throws Exception {
    try (GridHarness grid = GridHarness.start(2)) {
      Path gate = grid.folder("gate");
      String job;
      int coordinator;
      try (IgniteClient client = grid.client(0)) {
        SqlJobs jobs = new SqlJobs(client);
        job = jobs.submit("r", "test-steps", "{\"steps\":6,\"gate\":\"" + gate + "\"}");
        open(gate, 0, 1);
        awaitCommit(jobs, job, 1);
        coordinator = "n1".equals(jobs.column(job, "NODE")) ? 0 : 1;
      }

      grid.kill(coordinator);
      long killed = System.nanoTime();
      int other = 1 - coordinator;
      try (IgniteClient client = grid.client(other)) {
        SqlJobs jobs = new SqlJobs(client);
        GridHarness.await(
            Duration.ofSeconds(30),
            "the other node to take the job up",
            () -> grid.name(other).equals(jobs.column(job, "NODE")));
        Duration takeUp = Duration.ofNanos(System.nanoTime() - killed);
        assertTrue(takeUp.toSeconds() < 10, "taken up after " + takeUp);
        assertEquals(2L, jobs.column(job, "EPOCH"));
        open(gate, 2, 3);
        awaitCommit(jobs, job, 3);
      }

      // The killed node comes back to the grid it knew, then all stop and start again.
      grid.launch(coordinator);
      grid.awaitReady(coordinator);
      assertEquals(0, grid.terminate(coordinator));
      assertEquals(0, grid.terminate(other));
      open(gate, 4, 5);
      grid.startAll();
      try (IgniteClient client = grid.client(other)) {
        SqlJobs jobs = new SqlJobs(client);
        jobs.awaitState(job, "SUCCEEDED");
        JsonNode result = new ObjectMapper().readTree((String) jobs.column(job, "RESULT_JSON"));
        String steps = result.get("steps_by_epoch").asText();
        assertTrue(steps.startsWith("0:1 1:1 2:2 3:2 4:"), steps);
        assertEquals(6, steps.split(" ").length, steps);
        assertTrue((Long) jobs.column(job, "EPOCH") >= 3, "epoch");
      }
    }
  }

  private static void open(Path gate, int... steps) throws IOException {
    for (int step : steps) {
      Files.createFile(gate.resolve(Integer.toString(step)));
    }
  }

  private static void awaitCommit(SqlJobs jobs, String job, long step) {
    GridHarness.await(
        Duration.ofSeconds(180),
        "step " + step + " to be committed",
        () -> ((Long) jobs.column(job, "COMMIT_STEP")) >= step);
  }
}
