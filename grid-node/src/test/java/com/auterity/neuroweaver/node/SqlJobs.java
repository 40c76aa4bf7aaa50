package com.auterity.neuroweaver.node;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ignite.cache.query.SqlFieldsQuery;
import org.apache.ignite.client.ClientException;
import org.apache.ignite.client.IgniteClient;

/** Jobs through SQL of a thin client, as any other language has it. */
public final class SqlJobs {
  private final IgniteClient client;

  public SqlJobs(IgniteClient client) {
    this.client = client;
  }

  /** Rows of a query, its parameters bound in order. */
  public List<List<?>> query(String sql, Object... parameters) {
    AtomicReference<List<List<?>>> rows = new AtomicReference<>();
    GridHarness.await(
        Duration.ofSeconds(180),
        "a stable topology for: " + sql,
        () -> {
          try {
            rows.set(
                client
                    .query(new SqlFieldsQuery(sql).setSchema("PUBLIC").setArgs(parameters))
                    .getAll());
            return true;
          } catch (ClientException e) {
            if (e.getMessage() != null && e.getMessage().contains("Topology was changed")) {
              return false;
            }
            throw e;
          }
        });
    return rows.get();
  }

  /** Inserts a request and returns the job's id when the grid has accepted it. */
  public String submit(String requestId, String kind, String params) {
    insert(requestId, kind, params);
    // While the answer is being committed, one node has it and the next to be asked may not yet.
    AtomicReference<List<?>> answered = new AtomicReference<>();
    GridHarness.await(
        Duration.ofSeconds(120),
        "an answer to request " + requestId,
        () -> {
          answered.set(answer(requestId));
          return answered.get().get(0) != null;
        });
    List<?> answer = answered.get();
    if (!"ACCEPTED".equals(answer.get(0))) {
      throw new AssertionError("request " + requestId + ": " + answer);
    }
    return (String) answer.get(2);
  }

  public void insert(String requestId, String kind, String params) {
    query(
        "INSERT INTO NEUROWEAVER.JOB_REQUEST (TENANT, REQUEST_ID, KIND, PARAMS)"
            + " VALUES ('default', ?, ?, ?)",
        requestId,
        kind,
        params);
  }

  /** STATUS, MESSAGE, JOB_ID. */
  public List<?> answer(String requestId) {
    return query(
            "SELECT STATUS, MESSAGE, JOB_ID FROM NEUROWEAVER.JOB_REQUEST WHERE REQUEST_ID = ?",
            requestId)
        .get(0);
  }

  /** One column of a job. */
  public Object column(String jobId, String column) {
    return query("SELECT " + column + " FROM NEUROWEAVER.JOB WHERE JOB_ID = ?", jobId)
        .get(0)
        .get(0);
  }

  /** Waits until every node holds all of its partitions, after one has come back. */
  void awaitOwners() {
    GridHarness.await(
        Duration.ofSeconds(120),
        "every node to hold its partitions again",
        () ->
            query("SELECT STATE FROM SYS.PARTITION_STATES").stream()
                .allMatch(row -> "OWNING".equals(row.get(0))));
  }

  public void awaitState(String jobId, String state) {
    GridHarness.await(
        Duration.ofSeconds(180),
        () ->
            "job "
                + jobId
                + " to be "
                + state
                + ", it is "
                + query(
                    "SELECT STATE, ERROR_MESSAGE, EPOCH, COMMIT_STEP FROM NEUROWEAVER.JOB"
                        + " WHERE JOB_ID = ?",
                    jobId),
        () -> state.equals(column(jobId, "STATE")));
  }
}
