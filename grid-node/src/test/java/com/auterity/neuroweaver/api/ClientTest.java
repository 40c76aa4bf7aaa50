package com.auterity.neuroweaver.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.ApiException;
import com.auterity.neuroweaver.client.DeployRequest;
import com.auterity.neuroweaver.client.ExportRequest;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobProgress;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.LoadRequest;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.PredictRequest;
import com.auterity.neuroweaver.client.Prediction;
import com.auterity.neuroweaver.client.TrainingRequest;
import com.auterity.neuroweaver.client.WireMapper;
import com.auterity.neuroweaver.client.WorkflowRequest;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Java SDK against a real server over doubles. */
class ClientTest {
  private final ApiFixture fixture = new ApiFixture();
  private ApiServer server;
  private NeuroWeaverClient client;

  @BeforeEach
  void start() {
    server = ApiServer.start(ApiConfig.on("127.0.0.1", 0), fixture.backends());
    client = NeuroWeaverClient.at(URI.create("http://127.0.0.1:" + server.port() + "/"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void everyMethodReadsWhatTheServerWrites() throws Exception {
    assertEquals("n1", client.health().node());
    assertEquals("127.0.0.1:10800", client.healthDetailed().thinClientAddress());
    assertTrue(client.isReady());
    assertTrue(client.metrics().contains("neuroweaver_jobs"));
    assertEquals("3.1.0", client.openApi().get("openapi").asText());

    assertEquals(3, client.datasets(2, 0).meta().total());
    assertEquals(List.of("n1", "n2"), client.dataset("codes").partitions().get(0).nodes());
    assertEquals("P0001", client.sample("a b", 2).rows().get(1).get("code"));
    Job load = client.loadDataset(LoadRequest.of("codes", "/codes.csv"));
    assertEquals(JobState.QUEUED, load.state());
    assertEquals("load", client.job(load.jobId()).kind());
    assertEquals(
        "dsv_1",
        client
            .exportDataset("codes", new ExportRequest("/x.parquet", null))
            .parameters()
            .get("dataset")
            .asText());

    TrainingRequest training =
        WireMapper.lenient()
            .readValue("{\"base_model\":\"nano\",\"lora_r\":8}", TrainingRequest.class);
    Job train = client.startTraining(training);
    assertEquals(8, train.parameters().get("lora_r").asInt());
    fixture.jobs.running(
        train.jobId(), new JobProgress("step", 2, 4, "steps", Map.of("loss", 1.5)));
    assertEquals(1.5, client.trainingProgress(train.jobId()).loss());
    assertEquals(JobState.CANCELLED, client.cancelTraining(train.jobId()).state());

    assertEquals(1, client.jobs("train", JobState.CANCELLED, 10, 0).data().size());
    assertEquals(5, client.jobEvents(load.jobId(), 4).data().get(0).sequence());
    assertEquals(JobState.CANCELLED, client.cancelJob(load.jobId()).state());

    assertEquals("service-advisor", client.models(10, 0).data().get(0).name());
    assertEquals(
        1.5, client.model("service-advisor").versions().get(0).metrics().get("perplexity"));
    assertEquals("deploy", client.deploy(new DeployRequest("service-advisor", "a")).kind());
    Prediction answer = client.predict(PredictRequest.of("service-advisor", "brakes"));
    assertEquals(0.25, answer.tokens().get(0).alternatives().get(0).probability());
    assertEquals(0.0123, client.costs(null).totalUsd());
    assertEquals("train", client.costs("job_9").byJob().get(0).kind());

    assertEquals(
        "load",
        client.createWorkflow(new WorkflowRequest("w.yaml", "x", Map.of())).steps().get(0).kind());
    assertTrue(client.workflow("job_w").hasReport());
    assertEquals(
        "{\"nodes\":2}", new String(client.workflowReportJson("job_w"), StandardCharsets.UTF_8));
    assertTrue(
        new String(client.workflowReportHtml("job_w"), StandardCharsets.UTF_8)
            .startsWith("<!doctype html>"));
  }

  @Test
  void waitsForTheEndOfAJobAndTellsOfEachState() throws Exception {
    Job job = client.loadDataset(LoadRequest.of("codes", "/codes.csv"));
    List<JobState> seen = new ArrayList<>();
    Job end =
        client.awaitJob(
            job.jobId(),
            Duration.ofSeconds(30),
            now -> {
              seen.add(now.state());
              if (seen.size() == 1) {
                fixture.jobs.end(
                    job.jobId(),
                    JobState.SUCCEEDED,
                    JsonNodeFactory.instance.objectNode().put("rows", 4),
                    null);
              }
            });
    assertEquals(List.of(JobState.QUEUED, JobState.SUCCEEDED), seen);
    assertEquals(4, end.result().get("rows").asInt());
  }

  @Test
  void aRefusalCarriesStatusCodeMessageAndDetails() {
    ApiException missing = assertThrows(ApiException.class, () -> client.dataset("nope"));
    assertEquals(404, missing.status());
    assertEquals("NOT_FOUND", missing.code());
    assertTrue(missing.isInvalidInput());
    fixture.jobs.refusal =
        new NeuroWeaverException(ErrorKind.BUSY, "the queue is full", Map.of("limit", 8));
    ApiException busy =
        assertThrows(ApiException.class, () -> client.loadDataset(LoadRequest.of("a", "/b")));
    assertEquals(429, busy.status());
    assertEquals("the queue is full", busy.getMessage());
    assertEquals(8, busy.details().get("limit"));
    assertFalse(busy.isInvalidInput());
  }

  @Test
  void aNodeThatIsNotThereIsSaidSo() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    NeuroWeaverClient nobody = NeuroWeaverClient.at(URI.create("http://127.0.0.1:" + port));
    ApiException e = assertThrows(ApiException.class, nobody::health);
    assertEquals(0, e.status());
    assertEquals("UNAVAILABLE", e.code());
    assertTrue(e.getMessage().contains("http://127.0.0.1:" + port), e.getMessage());
    assertTrue(e.getMessage().contains("./neuroweaver node"), e.getMessage());
    assertFalse(nobody.isReady());
    fixture.notReady = Optional.of("waiting");
    assertFalse(client.isReady());
  }

  @Test
  void anAnswerThatIsNotOursIsShown() throws Exception {
    io.javalin.Javalin other =
        io.javalin.Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.routes.get("/api/v1/health", ctx -> ctx.result("<html>hello</html>"));
            });
    other.start("127.0.0.1", 0);
    try {
      NeuroWeaverClient wrong =
          NeuroWeaverClient.at(URI.create("http://127.0.0.1:" + other.port()));
      assertEquals("INTERNAL", assertThrows(ApiException.class, wrong::health).code());
      ApiException e = assertThrows(ApiException.class, wrong::metrics);
      assertEquals(404, e.status());
      assertTrue(e.getMessage().contains("404"), e.getMessage());
    } finally {
      other.stop();
    }
  }

  @Test
  void onlyHttpAddressesAreTaken() {
    for (String bad : List.of("127.0.0.1:8001", "ftp://x", "nonsense", "http:///x")) {
      assertThrows(
          IllegalArgumentException.class, () -> NeuroWeaverClient.at(URI.create(bad)), bad);
    }
  }
}
