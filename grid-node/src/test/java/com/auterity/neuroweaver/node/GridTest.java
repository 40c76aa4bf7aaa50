package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.table.TableColumn;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import com.auterity.neuroweaver.table.GridTables;
import com.auterity.neuroweaver.table.Migration;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.apache.ignite.client.IgniteClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A grid of two node processes, seen from outside through SQL of a thin client. */
class GridTest {
  private static GridHarness grid;
  private static IgniteClient client;
  private static SqlJobs jobs;

  @BeforeAll
  static void start() {
    grid = GridHarness.start(2);
    client = grid.client(1);
    jobs = new SqlJobs(client);
  }

  @AfterAll
  static void stop() {
    if (client != null) {
      client.close();
    }
    if (grid != null) {
      grid.close();
    }
  }

  @Test
  void everyColumnOfEveryTableIsReadWithoutQuotes() {
    int tables = 0;
    for (Migration migration : GridTables.migrations()) {
      for (TableDefinition<?> table : migration.tables()) {
        for (TableColumn column : table.columns()) {
          jobs.query("SELECT " + column.name() + " FROM NEUROWEAVER." + table.name());
        }
        jobs.query("SELECT * FROM NEUROWEAVER." + table.name());
        tables++;
      }
    }
    assertTrue(tables > 10, "tables: " + tables);
    assertEquals(
        List.of(List.of(1), List.of(2)),
        jobs.query("SELECT VERSION FROM NEUROWEAVER.SCHEMA_VERSION ORDER BY VERSION"));
  }

  @Test
  void aRowInJobRequestBecomesAJobThatRunsOnBothNodes() throws Exception {
    String job = jobs.submit("r-both", "test-steps", "{\"steps\":2}");
    jobs.awaitState(job, "SUCCEEDED");
    JsonNode result = new ObjectMapper().readTree((String) jobs.column(job, "RESULT_JSON"));
    assertEquals("0:1 1:1", result.get("steps_by_epoch").asText());
    assertEquals(
        "[\"n1 step 0\",\"n2 step 0\",\"n1 step 1\",\"n2 step 1\"]",
        result.get("answers").toString());
    List<List<?>> events =
        jobs.query(
            "SELECT EVENT_TYPE FROM NEUROWEAVER.JOB_EVENT WHERE JOB_ID = ? ORDER BY SEQ", job);
    assertEquals("QUEUED", events.get(0).get(0));
    assertEquals("RUNNING", events.get(1).get(0));
    assertEquals("SUCCEEDED", events.get(events.size() - 1).get(0));
    assertEquals(
        (Long) jobs.column(job, "EVENTS"), Long.valueOf(events.size()), "sequences without gaps");
  }

  @Test
  void theSameRequestTwiceIsOneJob() {
    String job = jobs.submit("r-once", "test-steps", "{\"steps\":1}");
    jobs.query("DELETE FROM NEUROWEAVER.JOB_REQUEST WHERE REQUEST_ID = 'r-once'");
    assertEquals(job, jobs.submit("r-once", "test-steps", "{\"steps\":1}"));
  }

  @Test
  void aRequestThatCannotBeTakenIsAnsweredInItsRow() {
    jobs.insert("r-kind", "no-such-kind", "{}");
    jobs.insert("r-json", "test-steps", "{steps");
    jobs.insert("r-value", "test-steps", "{\"steps\":\"many\"}");
    for (String request : List.of("r-kind", "r-json", "r-value")) {
      GridHarness.await(
          Duration.ofSeconds(120), request, () -> jobs.answer(request).get(0) != null);
      assertEquals("REJECTED", jobs.answer(request).get(0));
    }
    assertTrue(
        ((String) jobs.answer("r-kind").get(1)).startsWith("there is no job of kind no-such-kind"));
    assertTrue(((String) jobs.answer("r-json").get(1)).startsWith("PARAMS is not JSON at line 1"));
    assertEquals("steps is \"many\", a number of steps is right", jobs.answer("r-value").get(1));
  }

  @Test
  void usageOfEveryCallIsTiedToItsJobAndNode() {
    String job = jobs.submit("r-usage", "test-steps", "{\"steps\":1,\"mode\":\"tokens\"}");
    jobs.awaitState(job, "SUCCEEDED");
    // Direct calls on both nodes, a call of an owner for each, and the coordinator's own row.
    List<List<?>> calls =
        jobs.query(
            "SELECT NODE, SUM(TOKENS_IN), SUM(TOKENS_OUT), SUM(CPU_NANOS) FROM NEUROWEAVER.USAGE"
                + " WHERE JOB_ID = ? AND ROLE = 'CALL' GROUP BY NODE ORDER BY NODE",
            job);
    assertEquals("n1", calls.get(0).get(0));
    assertEquals("n2", calls.get(1).get(0));
    for (List<?> call : calls) {
      assertEquals(7L, ((Number) call.get(1)).longValue());
      assertEquals(5L, ((Number) call.get(2)).longValue());
      // 20 ms on the calling thread and 50 ms on a worker.
      assertTrue(((Number) call.get(3)).longValue() >= 70_000_000L, call.toString());
    }
    assertEquals(
        1L,
        jobs.query(
                "SELECT COUNT(*) FROM NEUROWEAVER.USAGE WHERE JOB_ID = ? AND ROLE ="
                    + " 'COORDINATOR'",
                job)
            .get(0)
            .get(0));
  }

  @Test
  void aUsersBugFailsTheJobAtOnceAndIsNamed() {
    String job = jobs.submit("r-bug", "test-steps", "{\"steps\":1,\"mode\":\"bug\"}");
    jobs.awaitState(job, "FAILED");
    assertEquals("INTERNAL", jobs.column(job, "ERROR_KIND"));
    String message = (String) jobs.column(job, "ERROR_MESSAGE");
    assertTrue(message.contains("EchoFunction on node n1"), message);
    assertTrue(message.contains("a bug of the user's"), message);
    assertEquals(1L, jobs.column(job, "EPOCH"));
  }

  @Test
  void anOutOfMemoryErrorFailsTheJobAndNoNode() {
    String job = jobs.submit("r-memory", "test-steps", "{\"steps\":1,\"mode\":\"memory\"}");
    jobs.awaitState(job, "FAILED");
    assertEquals("OUT_OF_MEMORY", jobs.column(job, "ERROR_KIND"));
    String next = jobs.submit("r-memory-2", "test-steps", "{\"steps\":1}");
    jobs.awaitState(next, "SUCCEEDED");
    assertTrue(grid.isAlive(0) && grid.isAlive(1));
  }

  @Test
  void bothNodesHoldAShareOfTheDataAndLogAsJson() throws Exception {
    List<List<?>> nodes = jobs.query("SELECT CONSISTENT_ID FROM SYS.BASELINE_NODES");
    TreeSet<String> names = new TreeSet<>();
    nodes.forEach(row -> names.add((String) row.get(0)));
    assertEquals(new TreeSet<>(List.of("n1", "n2")), names);
    for (int i = 0; i < 2; i++) {
      Path log = grid.workDir(i).resolve("logs/node.log");
      for (String line : Files.readAllLines(log)) {
        JsonNode json = new ObjectMapper().readTree(line);
        assertTrue(json.hasNonNull("@timestamp") && json.hasNonNull("message"), line);
        assertEquals(grid.name(i), json.get("node").asText());
      }
      assertTrue(
          grid.console(i).contains("without identities yet it listens on 127.0.0.1 only"),
          grid.console(i));
    }
    assertNotEquals(grid.address(0, "client"), grid.address(1, "client"));
  }
}
