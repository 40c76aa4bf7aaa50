package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.ApiException;
import com.auterity.neuroweaver.client.ChunkRepairReport;
import com.auterity.neuroweaver.client.EraseRequest;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.LoadRequest;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.RetentionRequest;
import com.auterity.neuroweaver.client.RetireRequest;
import com.auterity.neuroweaver.client.SnapshotInfo;
import com.auterity.neuroweaver.client.SnapshotRequest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.ignite.client.IgniteClient;
import org.junit.jupiter.api.Test;

/** Damage, erasure, retention, snapshot, fire and restore on a grid of two node processes. */
class DataCareTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  @Test
  void damagedErasedRetiredBurntAndRestored() throws Exception {
    try (GridHarness grid = new GridHarness(2)) {
      Path snapshots = grid.folder("snapshots");
      String[] where = {"--set", "snapshot_dir=" + snapshots};
      start(grid, where);
      Path file = DataFiles.calls(grid.folder("files"));
      NeuroWeaverClient client = client(grid, 1);
      for (int version = 1; version <= 3; version++) {
        done(client, client.loadDataset(LoadRequest.of("calls", file.toString())));
      }
      List<Map<String, Object>> rows = client.sample("calls", 100).rows();
      assertEquals(48, rows.size());

      mendsDamage(grid, client, rows);
      assertFalse(
          DataFiles.holding(grid.workDir(0), DataFiles.SECRET).isEmpty(),
          "this is how a secret looks on a disk that is not encrypted");
      erasesThoughTheCoordinatorDies(grid, where);
      client = client(grid, 0);
      retires(client);
      List<Map<String, Object>> left = client.sample("calls", 100).rows();
      String blob = blob(grid, "put", "an adapter", "sha256");
      model(grid, blob);

      JsonNode made = done(client, client.createSnapshot(new SnapshotRequest("nightly")));
      assertEquals(snapshots.resolve("nightly").toString(), made.get("path").asText());
      assertEquals(
          List.of("nightly"),
          client.snapshots(10, 0).data().stream().map(SnapshotInfo::name).toList());

      grid.destroy();
      start(grid, restore(where, "nightly"));
      client = client(grid, 1);
      assertEquals(left, client.sample("calls", 100).rows());
      assertEquals("an adapter", blob(grid, "get", blob, "text"));
      assertEquals(blob, client.model("advisor").versions().get(0).adapterSha256());
      assertEquals(1, client.jobs("erase", JobState.SUCCEEDED, 10, 0).meta().total());
      // A version number given out before the fire is not given out again.
      JsonNode loaded = done(client, client.loadDataset(LoadRequest.of("calls", file.toString())));
      assertEquals(4, loaded.get("version").asInt());

      refusesToRestoreOverData(grid, where);
    }
  }

  private static void start(GridHarness grid, String... arguments) {
    grid.launch(0, arguments);
    grid.launch(1, arguments);
    grid.awaitReady(0);
    grid.awaitReady(1);
  }

  private static String[] restore(String[] where, String name) {
    return new String[] {where[0], where[1], "--restore", name};
  }

  private static NeuroWeaverClient client(GridHarness grid, int node) {
    return NeuroWeaverClient.at(URI.create(grid.url(node)));
  }

  private static JsonNode done(NeuroWeaverClient client, Job job) throws InterruptedException {
    Job end = client.awaitJob(job.jobId(), LONG, seen -> {});
    assertEquals(JobState.SUCCEEDED, end.state(), () -> end.toString());
    return end.result();
  }

  private static void mendsDamage(
      GridHarness grid, NeuroWeaverClient client, List<Map<String, Object>> rows) throws Exception {
    int chunks = damage(grid, false);
    JsonNode verified = done(client, client.verifyDataset("calls"));
    assertEquals(2 * chunks, verified.get("copies_checked").asInt(), verified.toString());
    assertEquals(chunks, verified.get("repaired").asInt());
    assertEquals(chunks, verified.get("damaged_by_node").get("n2").asInt());
    assertEquals(0, done(client, client.verifyDataset("calls")).get("repaired").asInt());

    // Reading alone mends what it meets; a node reads its own copies.
    damage(grid, true);
    assertEquals(rows, client.sample("calls", 100).rows());
    assertEquals(0, done(client, client.verifyDataset("calls")).get("repaired").asInt());
    List<ChunkRepairReport> repairs = client.repairs(100, 0).data();
    assertEquals(2 * chunks, repairs.size());
    for (ChunkRepairReport repair : repairs) {
      assertEquals("REPAIRED", repair.outcome());
      assertEquals(List.of("n2"), repair.damagedOn());
      assertEquals("n1", repair.mendedFrom());
    }
    String metrics = client.metrics();
    assertTrue(
        metrics.contains("neuroweaver_chunk_repairs_total{outcome=\"repaired\",} " + 2.0 * chunks),
        metrics);
    try (IgniteClient thin = grid.client(0)) {
      assertEquals(
          2L * chunks,
          new SqlJobs(thin)
              .query("SELECT COUNT(*) FROM NEUROWEAVER.CHUNK_REPAIR WHERE OUTCOME = 'REPAIRED'")
              .get(0)
              .get(0));
    }
  }

  /** Damages n2's copies of the newest version; returns of how many chunks. */
  private static int damage(GridHarness grid, boolean remove) throws Exception {
    return job(
            grid,
            "damage-" + remove,
            "test-damage",
            "{\"dataset\":\"calls\",\"node\":\"n2\",\"remove\":" + remove + "}")
        .get("damaged")
        .asInt();
  }

  private static void erasesThoughTheCoordinatorDies(GridHarness grid, String... where)
      throws Exception {
    NeuroWeaverClient other = client(grid, 1);
    Job job = other.erase("calls", new EraseRequest("phone", "555-0100"));
    grid.kill(0);
    GridHarness.await(LONG, "the job to end on n2", () -> ended(other, job.jobId()));
    JsonNode result = done(other, job);
    assertEquals(3 * 8, result.get("rows_erased").asInt(), result.toString());
    grid.launch(0, where);
    grid.awaitReady(0);
    for (int version = 1; version <= 3; version++) {
      List<Map<String, Object>> left = client(grid, 0).sample("calls@" + version, 100).rows();
      assertEquals(40, left.size());
      assertTrue(left.stream().noneMatch(row -> "555-0100".equals(row.get("phone"))));
    }
    assertFalse(other.job(job.jobId()).toString().contains("555-0100"), "the value is not kept");
  }

  private static boolean ended(NeuroWeaverClient client, String jobId) {
    try {
      return client.job(jobId).state().isFinal();
    } catch (ApiException e) {
      // While the death of a node is being settled.
      return false;
    }
  }

  private static void retires(NeuroWeaverClient client) throws Exception {
    assertEquals(
        2, client.setRetention("calls", new RetentionRequest(null, 2, null)).keepVersions());
    JsonNode result = done(client, client.retire(null, new RetireRequest(false)));
    assertEquals(1, result.get("retired").size(), result.toString());
    assertEquals(List.of(3, 2), client.dataset("calls").versions());
  }

  private static String blob(GridHarness grid, String how, String value, String answer)
      throws Exception {
    return job(
            grid,
            "blob-" + how,
            "test-blob",
            new ObjectMapper().createObjectNode().put(how, value).toString())
        .get(answer)
        .asText();
  }

  private static JsonNode job(GridHarness grid, String request, String kind, String parameters)
      throws Exception {
    try (IgniteClient thin = grid.client(1)) {
      SqlJobs jobs = new SqlJobs(thin);
      String job = jobs.submit(request, kind, parameters);
      jobs.awaitState(job, "SUCCEEDED");
      return new ObjectMapper().readTree((String) jobs.column(job, "RESULT_JSON"));
    }
  }

  /** A registered model, whose adapter is the blob. */
  private static void model(GridHarness grid, String blob) {
    try (IgniteClient thin = grid.client(0)) {
      SqlJobs jobs = new SqlJobs(thin);
      jobs.query(
          "INSERT INTO NEUROWEAVER.MODEL (TENANT, NAME, MODEL_ID, CREATED_AT)"
              + " VALUES ('default', 'advisor', 'model_1', 1)");
      jobs.query(
          "INSERT INTO NEUROWEAVER.MODEL_VERSION (TENANT, NAME, VERSION, MODEL_ID, VERSION_ID,"
              + " CONTENT_SHA256, BASE_MODEL, BASE_MODEL_SHA256, ADAPTER_BLOB,"
              + " ADAPTER_CONFIG_BLOB, ADAPTER_SHA256, DATASET_VERSION_IDS, TRAINING_JOB_ID,"
              + " CONFIGURATION, METRICS, CREATED_AT) VALUES ('default', 'advisor', '1.0.0',"
              + " 'model_1', 'mv_1', 'c', 'nano', 'b', ?, ?, ?, '', 'job_1', '{}', '{}', 1)",
          blob,
          blob,
          blob);
    }
  }

  private static void refusesToRestoreOverData(GridHarness grid, String... where) {
    assertEquals(0, grid.terminate(1));
    grid.launch(1, restore(where, "another"));
    assertEquals(NodeCommand.CANNOT_START, grid.awaitEnd(1));
    assertTrue(
        grid.console(1).contains("snapshot another was not restored: this grid holds data already"),
        grid.console(1));
    assertTrue(grid.isAlive(0));
  }
}
