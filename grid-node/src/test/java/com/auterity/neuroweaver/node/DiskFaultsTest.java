package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.store.Manifest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.ignite.client.IgniteClient;
import org.junit.jupiter.api.Test;

/** Disks that are nearly full, full, or give back other bytes than were written. */
class DiskFaultsTest {
  private static final Duration LONG = Duration.ofMinutes(2);

  /** More than one segment of the write-ahead log. */
  private static final int ROWS = 1_200_000;

  private static final int PAGE = 4_096;

  @Test
  void loadsAreRefusedOrGoOnElsewhereAndNothingIsLost() throws Exception {
    try (GridHarness grid = new GridHarness(2, "backups=1", "departure_seconds=3600")) {
      Path file = grid.folder("files").resolve("orders.csv");
      OrderLoads.write(file, ROWS);
      isRefusedWhileADiskIsNearlyFull(grid, file);
      Manifest undisturbed = load(grid, "undisturbed", file);
      goesOnWhenADiskIsFull(grid, file, undisturbed);
      aNodeWithADamagedFileStartsAnew(grid, undisturbed);
    }
  }

  private static void isRefusedWhileADiskIsNearlyFull(GridHarness grid, Path file) {
    grid.launch(0);
    grid.launch(1, "--set", "disk.min_free_mb=100000000");
    grid.awaitReady(0);
    grid.awaitReady(1);
    try (IgniteClient client = grid.client(0)) {
      SqlJobs jobs = new SqlJobs(client);
      String job = OrderLoads.submit(jobs, "refused", file);
      jobs.awaitState(job, "FAILED");
      assertEquals("OUT_OF_STORAGE", jobs.column(job, "ERROR_KIND"));
      String error = (String) jobs.column(job, "ERROR_MESSAGE");
      assertTrue(
          error.contains("node n2 has ")
              && error.contains(grid.workDir(1).toString())
              && error.contains("min_free_mb"),
          error);
      assertEquals(0, client.cache("NW_CHUNK").size());
      assertEquals(List.of(), jobs.query("SELECT VERSION FROM NEUROWEAVER.DATASET_VERSION"));
    }
    assertEquals(0, grid.terminate(1));
    grid.launch(1);
    grid.awaitReady(1);
  }

  private static Manifest load(GridHarness grid, String name, Path file) {
    try (IgniteClient client = grid.client(0)) {
      SqlJobs jobs = new SqlJobs(client);
      jobs.awaitState(OrderLoads.submit(jobs, name, file), "SUCCEEDED");
      return OrderLoads.manifest(jobs, name);
    }
  }

  /** From now on no file of the node that only stores grows: the next part of its log fails. */
  private static void goesOnWhenADiskIsFull(GridHarness grid, Path file, Manifest undisturbed)
      throws Exception {
    String job;
    int victim;
    try (IgniteClient client = grid.client(0)) {
      SqlJobs jobs = new SqlJobs(client);
      job = OrderLoads.submit(jobs, "full", file);
      GridHarness.await(
          LONG, "the load to begin", () -> (Long) jobs.column(job, "PROGRESS_DONE") > 0);
      victim = jobs.column(job, "NODE").equals(grid.name(0)) ? 1 : 0;
    }
    grid.fillDisk(victim);
    try (IgniteClient client = grid.client(1 - victim)) {
      SqlJobs jobs = new SqlJobs(client);
      jobs.awaitState(job, "SUCCEEDED");
      assertEquals(undisturbed.chunks(), OrderLoads.manifest(jobs, "full").chunks());
    }
    assertEquals(LoudFailureHandler.FAILED, grid.awaitEnd(victim), () -> grid.console(victim));
    grid.launch(victim);
    grid.awaitReady(victim);
    awaitBothCopies(grid, victim);
    verified(grid, "full");
  }

  /** Ignite ends a node whose pages are wrong; with an empty folder it gets its share again. */
  private static void aNodeWithADamagedFileStartsAnew(GridHarness grid, Manifest undisturbed)
      throws Exception {
    assertEquals(0, grid.terminate(1));
    damage(grid.workDir(1));
    grid.launch(1);
    assertEquals(LoudFailureHandler.FAILED, grid.awaitEnd(1), () -> grid.console(1));
    try (IgniteClient client = grid.client(0)) {
      assertEquals(undisturbed.chunks(), OrderLoads.manifest(new SqlJobs(client), "full").chunks());
    }
    grid.clear(1);
    grid.launch(1);
    grid.awaitReady(1);
    awaitBothCopies(grid, 1);
    verified(grid, "full");
  }

  private static void damage(Path workDir) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(workDir)) {
      files =
          all.filter(path -> path.toString().contains("nw_bulk"))
              .filter(path -> path.getFileName().toString().matches("part-\\d+\\.bin"))
              .toList();
    }
    assertFalse(files.isEmpty());
    for (Path file : files) {
      try (RandomAccessFile pages = new RandomAccessFile(file.toFile(), "rw")) {
        for (long at = PAGE + PAGE / 2; at < pages.length(); at += PAGE) {
          pages.seek(at);
          int old = pages.read();
          pages.seek(at);
          pages.write(old ^ 1);
        }
      }
    }
  }

  private static void awaitBothCopies(GridHarness grid, int node) {
    try (IgniteClient client = grid.client(node)) {
      new SqlJobs(client).awaitOwners();
    }
  }

  /** Every copy on every node has the bytes its manifest says. */
  private static void verified(GridHarness grid, String dataset) {
    try (IgniteClient client = grid.client(0)) {
      SqlJobs jobs = new SqlJobs(client);
      String job =
          jobs.submit("verify-" + System.nanoTime(), "verify", "{\"dataset\":\"" + dataset + "\"}");
      jobs.awaitState(job, "SUCCEEDED");
      String result = (String) jobs.column(job, "RESULT_JSON");
      assertTrue(
          result.contains("\"repaired\":0") && result.contains("\"copies_not_seen\":[]"), result);
    }
  }
}
