package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Bill;
import com.auterity.neuroweaver.client.ChunkRepairReport;
import com.auterity.neuroweaver.client.Deployment;
import com.auterity.neuroweaver.client.EraseRequest;
import com.auterity.neuroweaver.client.HealthDetail;
import com.auterity.neuroweaver.client.JobCost;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.Model;
import com.auterity.neuroweaver.client.ModelVersion;
import com.auterity.neuroweaver.client.NodeStatus;
import com.auterity.neuroweaver.client.PredictRequest;
import com.auterity.neuroweaver.client.Prediction;
import com.auterity.neuroweaver.client.Retention;
import com.auterity.neuroweaver.client.RetentionRequest;
import com.auterity.neuroweaver.client.SnapshotInfo;
import com.auterity.neuroweaver.client.TokenAlternative;
import com.auterity.neuroweaver.client.TokenProbability;
import com.auterity.neuroweaver.client.Workflow;
import com.auterity.neuroweaver.client.WorkflowRequest;
import com.auterity.neuroweaver.client.WorkflowStep;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** An API over hand-written doubles of everything behind it. */
public final class ApiFixture {
  static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");

  public final FakeJobs jobs = new FakeJobs();
  final FakeAccess access = new FakeAccess(jobs);
  Optional<String> notReady = Optional.empty();

  public Backends backends() {
    return new Backends(
        jobs,
        new OneWorkflow(),
        new OneDataset(),
        (manifest, limit) ->
            IntStream.range(0, Math.min(limit, 5))
                .mapToObj(i -> new Row(i, "P000" + i, (long) i, null))
                .toList(),
        partition -> List.of(partition % 2 == 0 ? "n1" : "n2", partition % 2 == 0 ? "n2" : "n1"),
        new OneModel(),
        (tenant, jobId) ->
            new Bill(
                0.0123,
                List.of(new JobCost("job_9", "train", 10, 20, 18.5, 100, 50, 4000, 70, 0.0123))),
        new OneSnapshot(),
        new Facts(),
        access);
  }

  private static final class OneSnapshot implements Care {
    @Override
    public Retention retention(Manifest dataset) {
      return new Retention(dataset.datasetId(), dataset.name(), 30, 2, AT);
    }

    @Override
    public Retention setRetention(Manifest dataset, RetentionRequest request) {
      return new Retention(
          dataset.datasetId(), dataset.name(), request.keepDays(), request.keepVersions(), AT);
    }

    @Override
    public void keepEverything(Manifest dataset) {}

    @Override
    public ObjectNode eraseParameters(Manifest dataset, EraseRequest request) {
      return JsonNodeFactory.instance
          .objectNode()
          .put("dataset", dataset.datasetId())
          .put("column", request.column());
    }

    @Override
    public List<ChunkRepairReport> repairs(String tenant) {
      return List.of(
          new ChunkRepairReport(
              "dsv_1", 3, 0, "REPAIRED", List.of("n2"), "n1", "n1", "its SHA-256 is ab", AT));
    }

    @Override
    public List<SnapshotInfo> snapshots() {
      return List.of(new SnapshotInfo("nightly", "/snapshots/nightly", List.of("n1", "n2"), AT));
    }
  }

  private final class Facts implements NodeFacts {
    @Override
    public String name() {
      return "n1";
    }

    @Override
    public String version() {
      return "0.1.0";
    }

    @Override
    public Optional<String> notReadyBecause() {
      return notReady;
    }

    @Override
    public HealthDetail detail() {
      return new HealthDetail(
          "ok",
          "n1",
          "0.1.0",
          12.5,
          "127.0.0.1:10800",
          "127.0.0.1:8815",
          List.of(new NodeStatus("n1", "cpu", 2)),
          Map.of("running", 1L),
          Map.of("heap_used", 5L));
    }
  }

  private static final class OneModel implements Models {
    private static final Model MODEL =
        new Model(
            "model_1",
            "service-advisor",
            List.of(
                new ModelVersion(
                    "mv_1",
                    "1.0.0",
                    List.of("stable"),
                    "nano",
                    "aa",
                    "bb",
                    List.of("dsv_1"),
                    "job_1",
                    null,
                    Map.of("perplexity", 1.5),
                    AT)),
            List.of(
                new Deployment(
                    "dep_1",
                    "service-advisor",
                    "model_1",
                    "service-advisor",
                    "1.0.0",
                    "mv_1",
                    "READY",
                    AT)));

    @Override
    public List<Model> list(String tenant) {
      return List.of(MODEL);
    }

    @Override
    public Model get(String tenant, String reference) {
      if (!List.of("model_1", "service-advisor").contains(reference)) {
        throw NeuroWeaverException.notFound("no model " + reference);
      }
      return MODEL;
    }

    @Override
    public Prediction predict(String tenant, PredictRequest request) {
      if (request.model() == null) {
        throw NeuroWeaverException.invalid("model is missing");
      }
      return new Prediction(
          "{}",
          request.model(),
          "1.0.0",
          "mv_1",
          request.model(),
          "n1",
          7,
          2,
          3.5,
          "stop",
          List.of(
              new TokenProbability(4, "{}", 0.75, List.of(new TokenAlternative(5, "[", 0.25)))));
    }
  }

  private static final class OneWorkflow implements Workflows {
    @Override
    public Workflow create(String tenant, WorkflowRequest request, String idempotencyKey) {
      if (request.source() == null) {
        throw NeuroWeaverException.invalid("source is missing");
      }
      boolean plain = request.source().contains("name: plain");
      return get(tenant, plain ? "job_plain" : "job_w");
    }

    @Override
    public Workflow get(String tenant, String workflowId) {
      boolean hasReport = "job_w".equals(workflowId);
      if (!hasReport && !"job_plain".equals(workflowId)) {
        throw NeuroWeaverException.notFound("no workflow " + workflowId);
      }
      return new Workflow(
          workflowId,
          "demo",
          JobState.SUCCEEDED,
          List.of(
              new WorkflowStep(
                  "load",
                  "load",
                  List.of(),
                  "job_1",
                  JobState.SUCCEEDED,
                  null,
                  null,
                  null,
                  AT,
                  AT)),
          hasReport,
          null,
          AT,
          AT,
          AT);
    }

    @Override
    public byte[] reportJson(String tenant, String workflowId) {
      get(tenant, workflowId);
      return "{\"nodes\":2}".getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] reportHtml(String tenant, String workflowId) {
      get(tenant, workflowId);
      return "<!doctype html>".getBytes(StandardCharsets.UTF_8);
    }
  }

  private static final class OneDataset implements DatasetCatalog {
    private static final Manifest CODES =
        new Manifest(
            "default",
            "ds_1",
            "codes",
            "dsv_1",
            1,
            new Schema(
                List.of(
                    Column.of("code", ColumnType.STRING),
                    Column.of("n", ColumnType.INT64),
                    Column.of("day", ColumnType.DATE))),
            2,
            null,
            List.of(new ChunkInfo(0, 0, 3, 30, "aa"), new ChunkInfo(1, 0, 2, 20, "bb")),
            List.of(),
            "job_1",
            AT);

    @Override
    public Reservation reserve(String tenant, String name, String jobId) {
      throw new UnsupportedOperationException("the API only reads");
    }

    @Override
    public void commit(Manifest manifest) {
      throw new UnsupportedOperationException("the API only reads");
    }

    @Override
    public Optional<Manifest> find(String tenant, String reference) {
      return List.of("codes", "ds_1", "dsv_1", "codes@1", "a b").contains(reference)
          ? Optional.of(CODES)
          : Optional.empty();
    }

    @Override
    public Manifest get(String tenant, String reference) {
      return find(tenant, reference)
          .orElseThrow(() -> NeuroWeaverException.notFound("no dataset " + reference));
    }

    @Override
    public List<Manifest> list(String tenant) {
      return List.of(CODES, CODES, CODES);
    }

    @Override
    public List<Manifest> versions(String tenant, String datasetId) {
      return List.of(CODES);
    }

    @Override
    public int partitions() {
      return 2;
    }
  }
}
