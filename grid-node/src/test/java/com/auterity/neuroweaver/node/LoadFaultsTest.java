package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.store.Manifest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.apache.ignite.client.IgniteClient;
import org.junit.jupiter.api.Test;

/**
 * Nodes are killed at random points of loads, and each load ends with the chunks of an undisturbed
 * one. {@code -Dneuroweaver.faults.rounds=50} kills longer.
 */
class LoadFaultsTest {
  private static final int ROUNDS = Integer.getInteger("neuroweaver.faults.rounds", 2);
  private static final int ROWS = Integer.getInteger("neuroweaver.faults.rows", 400_000);

  @Test
  void aLoadWhoseNodesAreKilledStoresTheSameBytes() throws Exception {
    try (GridHarness grid = GridHarness.start(2, "backups=1", "departure_seconds=3600")) {
      Path file = grid.folder("files").resolve("orders.csv");
      OrderLoads.write(file, ROWS);
      Manifest undisturbed;
      try (IgniteClient client = grid.client(0)) {
        SqlJobs jobs = new SqlJobs(client);
        String job = OrderLoads.submit(jobs, "undisturbed", file);
        jobs.awaitState(job, "SUCCEEDED");
        undisturbed = OrderLoads.manifest(jobs, "undisturbed");
      }
      assertEquals(ROWS, undisturbed.rows());
      Random random = new Random(Long.getLong("neuroweaver.faults.seed", 1));
      int takenUp = 0;
      for (int round = 0; round < ROUNDS; round++) {
        String name = "round-" + round;
        String job;
        String coordinator;
        long rows = random.nextInt(ROWS / 2);
        try (IgniteClient client = grid.client(0)) {
          SqlJobs jobs = new SqlJobs(client);
          job = OrderLoads.submit(jobs, name, file);
          GridHarness.await(
              Duration.ofSeconds(120),
              "row " + rows + " to be read",
              () -> (Long) jobs.column(job, "PROGRESS_DONE") >= rows);
          coordinator = (String) jobs.column(job, "NODE");
        }
        // The node that loads in every other round, else the one that only stores.
        int victim = (round % 2 == 0) == coordinator.equals(grid.name(0)) ? 0 : 1;
        grid.kill(victim);
        try (IgniteClient client = grid.client(1 - victim)) {
          SqlJobs jobs = new SqlJobs(client);
          jobs.awaitState(job, "SUCCEEDED");
          assertEquals(
              undisturbed.chunks(),
              OrderLoads.manifest(jobs, name).chunks(),
              "round " + round + ", " + grid.name(victim) + " killed at row " + rows);
          takenUp += (Long) jobs.column(job, "EPOCH") > 1 ? 1 : 0;
        }
        grid.launch(victim);
        grid.awaitReady(victim);
        try (IgniteClient client = grid.client(victim)) {
          new SqlJobs(client).awaitOwners();
        }
      }
      assertTrue(takenUp > 0, "no kill fell into a load");
      // Each copy by itself is whole: the version is read while the other node is away.
      for (int away = 0; away < 2; away++) {
        grid.kill(away);
        try (IgniteClient client = grid.client(1 - away)) {
          SqlJobs jobs = new SqlJobs(client);
          Path out = grid.folder("files").resolve("without-" + away + ".parquet");
          String job =
              jobs.submit(
                  "export-" + away,
                  "export",
                  "{\"dataset\":\"round-" + (ROUNDS - 1) + "\",\"path\":\"" + out + "\"}");
          jobs.awaitState(job, "SUCCEEDED");
        }
        grid.launch(away);
        grid.awaitReady(away);
      }
    }
  }
}
