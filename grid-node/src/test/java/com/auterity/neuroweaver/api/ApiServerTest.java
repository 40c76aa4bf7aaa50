package com.auterity.neuroweaver.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.WireMapper;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.Javalin;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiServerTest {
  private static final JsonMapper MAPPER = WireMapper.lenient();

  private final ApiFixture fixture = new ApiFixture();
  private final HttpClient http = HttpClient.newHttpClient();
  private Javalin app;

  @BeforeEach
  void start() {
    app = ApiServer.app(new ApiConfig("127.0.0.1", 0, 2_000, Optional.empty()), fixture.backends());
    app.start("127.0.0.1", 0);
  }

  @AfterEach
  void stop() {
    app.stop();
  }

  private record Answer(int status, String contentType, String text) {
    JsonNode json() throws Exception {
      return MAPPER.readTree(text);
    }

    String code() throws Exception {
      return json().at("/error/code").asText();
    }

    String message() throws Exception {
      return json().at("/error/message").asText();
    }
  }

  private Answer send(String method, String path, String body) throws Exception {
    HttpRequest.BodyPublisher publisher =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body);
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + app.port() + path))
                .method(method, publisher)
                .build(),
            HttpResponse.BodyHandlers.ofString());
    return new Answer(
        response.statusCode(),
        response.headers().firstValue("content-type").orElse(""),
        response.body());
  }

  private Answer get(String path) throws Exception {
    return send("GET", "/api/v1" + path, null);
  }

  private Answer post(String path, String body) throws Exception {
    return send("POST", "/api/v1" + path, body);
  }

  @Test
  void theOpenApiDocumentDescribesExactlyTheRegisteredRoutes() throws Exception {
    JsonNode document = get("/openapi.json").json();
    TreeSet<String> described = new TreeSet<>();
    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method ->
                            described.add(
                                method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey())));
    TreeSet<String> registered = new TreeSet<>();
    app.unsafe
        .internalRouter
        .allHttpHandlers()
        .forEach(h -> registered.add(h.endpoint.method.name() + " " + h.endpoint.path));
    assertEquals(registered, described);
    assertTrue(described.contains("POST /api/v1/workflows/create"));
    assertTrue(described.size() >= 25, described.toString());
  }

  @Test
  void kitsShowColumnsRowsOnOfferAndSamples() throws Exception {
    JsonNode kit = get("/kits/browse?sample_rows=2").json().at("/data/0");
    assertEquals("automotive", kit.get("name").asText());
    assertEquals(4, kit.get("datasets").size());
    for (JsonNode dataset : kit.get("datasets")) {
      assertTrue(dataset.get("rows").asLong() >= 1_000, dataset.toString());
      assertEquals(2, dataset.get("sample").size());
      for (JsonNode column : dataset.get("columns")) {
        assertTrue(dataset.at("/sample/0").has(column.get("name").asText()), column.toString());
      }
    }
    assertEquals(404, get("/kits/browse?kit=marine").status());
    Answer loading = post("/kits/automotive/datasets/dealership_qa/load", "{\"seed\":3}");
    assertEquals(202, loading.status());
    assertEquals("load_kit", loading.json().get("kind").asText());
    assertEquals(3, loading.json().at("/parameters/seed").asInt());
  }

  @Test
  void everyReferenceOfTheOpenApiDocumentResolves() throws Exception {
    JsonNode document = get("/openapi.json").json();
    for (JsonNode reference : document.findValues("$ref")) {
      String pointer = reference.asText().substring(1);
      assertTrue(!document.at(pointer).isMissingNode(), reference.asText());
    }
    JsonNode load = document.at("/components/schemas/LoadRequest/properties");
    assertTrue(load.has("partition_by"), load.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /datasets",
    "GET, /datasets/",
    "GET, /datasets/codes",
    "GET, /datasets/codes%401",
    "GET, /datasets/a%20b",
    "GET, /datasets/codes/sample",
    "GET, /jobs",
    "GET, /models",
    "GET, /models/service-advisor/",
    "GET, /costs",
    "GET, /health",
    "GET, /health/detailed",
    "GET, /health/live",
    "GET, /health/ready",
    "GET, /workflows/job_w",
    "GET, /workflows/job_w/report.json",
    "GET, /openapi.json",
  })
  void answersJson(String method, String path) throws Exception {
    Answer answer = send(method, "/api/v1" + path, null);
    assertEquals(200, answer.status(), answer.text());
    assertEquals("application/json", answer.contentType());
    assertTrue(answer.json().isObject());
  }

  @Test
  void listsHaveDataAndMeta() throws Exception {
    JsonNode page = get("/datasets?limit=2&offset=1").json();
    assertEquals(2, page.get("data").size());
    assertEquals(MAPPER.readTree("{\"total\":3,\"limit\":2,\"offset\":1}"), page.get("meta"));
    assertEquals("ds_1", page.at("/data/0/dataset_id").asText());
  }

  @Test
  void showsWhereTheRowsOfADatasetLie() throws Exception {
    JsonNode detail = get("/datasets/codes").json();
    assertEquals(3, detail.at("/rows_by_node/n1").asInt());
    assertEquals(2, detail.at("/rows_by_node/n2").asInt());
    assertEquals("string", detail.at("/schema/0/type").asText());
    assertEquals("n2", detail.at("/partitions/1/nodes/0").asText());
    JsonNode sample = get("/datasets/codes/sample?limit=2").json();
    assertEquals(2, sample.get("rows").size());
    assertTrue(sample.at("/rows/0").has("day"), "null values keep their column");
  }

  @Test
  void aLoadBecomesAJobWithTheRequestAsParameters() throws Exception {
    Answer answer =
        post(
            "/datasets",
            "{\"name\":\"codes\",\"path\":\"/x.csv\",\"columns\":[\"a\",{\"name\":\"b\"}]}");
    assertEquals(202, answer.status(), answer.text());
    assertEquals("QUEUED", answer.json().get("state").asText());
    assertEquals(
        MAPPER.readTree(
            "{\"name\":\"codes\",\"path\":\"/x.csv\",\"columns\":[\"a\",{\"name\":\"b\"}]}"),
        fixture.jobs.all().get(0).parameters());
  }

  @Test
  void anIdempotencyKeyGivesTheSameJobAgain() throws Exception {
    String body = "{\"base_model\":\"nano\",\"dataset\":\"codes\",\"lora_r\":8}";
    for (int i = 0; i < 2; i++) {
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + app.port() + "/api/v1/training/start"))
              .header("Idempotency-Key", "k1")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      assertEquals(202, http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
    }
    assertEquals(1, fixture.jobs.all().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/datasets | {\"name\": | malformed JSON at line 1",
        "/datasets | | the body is empty",
        "/datasets | null | the body is null",
        "/datasets | [] | wrong type of the body",
        "/datasets | {\"name\":\"a\",\"name\":\"b\"} | Duplicate",
        "/datasets | {\"name\":\"a\"} {} | malformed JSON",
        "/datasets | {\"nam\":\"a\"} | unknown field nam",
        "/datasets | {\"name\":7} | name",
        "/datasets | {\"name\":\"a\",\"header\":\"yes\"} | header",
        "/datasets | {\"name\":\"a\",\"columns\":\"x\"} | columns",
        "/training/start | {\"lora_r\":\"8\"} | lora_r",
        "/training/start | {\"lora_r\":8.5} | lora_r",
        "/training/start | {\"lora_target_modules\":[1]} | lora_target_modules[0]",
        "/training/start | {\"learning_rate\":true} | learning_rate",
        "/inference/predict | {\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"text\":\"x\"}]} |"
            + " messages[0].text",
        "/inference/predict | {\"prompt\":\"x\"} | model is missing",
        "/workflows/create | {} | source is missing",
      })
  void refusesBadBodiesNamingTheField(String path, String body, String expected) throws Exception {
    Answer answer = post(path, body);
    assertEquals(400, answer.status(), answer.text());
    assertEquals("INVALID_INPUT", answer.code());
    assertTrue(answer.message().contains(expected), answer.message());
    assertEquals(0, fixture.jobs.all().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/datasets?limit=0 | limit: found 0, expected 1 to 1000",
        "/datasets?limit=1001 | limit: found 1001",
        "/datasets?limit=ten | limit: found 'ten', expected a whole number",
        "/datasets?offset=-1 | offset: found -1, expected at least 0",
        "/datasets?limit=1&limit=2 | limit: found given 2 times",
        "/datasets?colour=red | unknown query parameter colour",
        "/jobs?state=asleep | state: found 'asleep', expected one of [QUEUED",
        "/health?x=1 | this route takes none",
      })
  void refusesBadQueries(String path, String expected) throws Exception {
    Answer answer = get(path);
    assertEquals(400, answer.status(), answer.text());
    assertTrue(answer.message().contains(expected), answer.message());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /api/v1/nope, 404, NOT_FOUND",
    "GET, /nope, 404, NOT_FOUND",
    "GET, /api/v1/datasets/nope, 404, NOT_FOUND",
    "GET, /api/v1/jobs/nope, 404, NOT_FOUND",
    "GET, /api/v1/jobs/nope/events, 404, NOT_FOUND",
    "GET, /api/v1/models/nope, 404, NOT_FOUND",
    "GET, /api/v1/workflows/nope, 404, NOT_FOUND",
    "GET, /api/v1/workflows/nope/report.html, 404, NOT_FOUND",
    "POST, /api/v1/training/nope/cancel, 404, NOT_FOUND",
    "DELETE, /api/v1/datasets, 405, METHOD_NOT_ALLOWED",
    "GET, /api/v1/workflows/create/x/y, 404, NOT_FOUND",
    "PUT, /api/v1/models/deploy, 405, METHOD_NOT_ALLOWED",
    "GET, /api/v1/inference/predict, 405, METHOD_NOT_ALLOWED",
  })
  void refusesUnknownThingsAndWrongMethods(String method, String path, int status, String code)
      throws Exception {
    Answer answer = send(method, path, null);
    assertEquals(status, answer.status(), answer.text());
    assertEquals(code, answer.code());
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /api/v1/%zz", "GET /api/v1/jobs/%"})
  void whatNeverReachesARouteIsAnErrorBodyToo(String requestLine) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", app.port())) {
      socket
          .getOutputStream()
          .write(
              (requestLine + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
      assertTrue(answer.contains("\"code\":\"INVALID_INPUT\""), answer);
    }
  }

  @Test
  void refusesABodyThatIsTooLong() throws Exception {
    String body = "{\"source\":\"" + "x".repeat(3_000) + "\"}";
    Answer declared = post("/workflows/create", body);
    assertEquals(413, declared.status(), declared.text());
    assertEquals("TOO_LARGE", declared.code());
    HttpRequest chunked =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + app.port() + "/api/v1/workflows/create"))
            .POST(
                HttpRequest.BodyPublishers.ofInputStream(
                    () -> new java.io.ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8))))
            .build();
    assertEquals(413, http.send(chunked, HttpResponse.BodyHandlers.ofString()).statusCode());
  }

  @ParameterizedTest
  @EnumSource(ErrorKind.class)
  void everyErrorKindHasItsStatusAndDetails(ErrorKind kind) throws Exception {
    fixture.jobs.refusal = new NeuroWeaverException(kind, "no", Map.of("path", "/x"));
    Answer answer = post("/datasets", "{\"name\":\"a\"}");
    assertEquals(kind.httpStatus(), answer.status());
    assertEquals(kind.name(), answer.code());
    assertEquals("/x", answer.json().at("/error/details/path").asText());
  }

  @Test
  void anUnforeseenFailureIs500WithoutInternals() throws Exception {
    Backends b = fixture.backends();
    Javalin broken =
        ApiServer.app(
            ApiConfig.on("127.0.0.1", 0),
            new Backends(
                b.jobs(),
                b.workflows(),
                b.datasets(),
                b.rows(),
                b.owners(),
                b.models(),
                (tenant, job) -> {
                  throw new IllegalStateException("secret");
                },
                b.care(),
                b.node(),
                b.access()));
    app.stop();
    app = broken;
    broken.start("127.0.0.1", 0);
    Answer answer = get("/costs");
    assertEquals(500, answer.status());
    assertEquals("INTERNAL", answer.code());
    assertTrue(!answer.text().contains("secret"));
  }

  @Test
  void careOfDataBecomesJobsThatNameTheDatasetById() throws Exception {
    Map<String, String> bodies =
        Map.of(
            "verify", "",
            "retire", "{\"dry_run\":true}",
            "erase", "{\"column\":\"phone\",\"value\":\"555-0100\"}");
    for (Map.Entry<String, String> body : bodies.entrySet()) {
      Answer answer = post("/datasets/codes/" + body.getKey(), body.getValue());
      assertEquals(202, answer.status(), answer.text());
      assertEquals(body.getKey(), answer.json().get("kind").asText());
      assertTrue(!answer.text().contains("555-0100"), "the value goes no further");
    }
    Answer version = post("/datasets/codes@1/retire", "{}");
    assertTrue(
        version.json().at("/parameters/dataset").asText().startsWith("dsv_"), version.text());
    Answer all = post("/retention/apply", "{}");
    assertTrue(all.json().at("/parameters/dataset").isMissingNode(), all.text());
    assertEquals(202, post("/snapshots", "{\"name\":\"nightly\"}").status());
    assertEquals(1, get("/repairs").json().at("/meta/total").asInt());
    assertTrue(
        get("/metrics").text().contains("neuroweaver_chunk_repairs_total{outcome=\"lost\",} 0.0"));
  }

  @Test
  void trainingProgressIsTakenFromTheJob() throws Exception {
    post("/training/start", "{\"base_model\":\"nano\"}");
    fixture.jobs.running(
        "job_1",
        new com.auterity.neuroweaver.client.JobProgress(
            "step", 3, 12, "steps", Map.of("loss", 2.5, "tokens_per_second", 4000.0)));
    JsonNode progress = get("/training/job_1/progress").json();
    assertEquals(2.5, progress.get("loss").asDouble());
    assertEquals(12, progress.get("steps").asLong());
    assertEquals(202, post("/training/job_1/cancel", null).status());
    assertEquals(409, post("/training/job_1/cancel", null).status());
    post("/datasets", "{\"name\":\"a\"}");
    assertEquals(404, get("/training/job_2/progress").status(), "a load job is no training");
    assertEquals(1, get("/jobs?state=cancelled").json().at("/meta/total").asLong());
    assertEquals(JobState.CANCELLED, fixture.jobs.get("default", "job_1").state());
  }

  @Test
  void readinessIs503WithTheReasonWhileLivenessIsNot() throws Exception {
    fixture.notReady = Optional.of("waiting for node n2");
    Answer ready = get("/health/ready");
    assertEquals(503, ready.status());
    assertTrue(ready.message().contains("n2"));
    assertEquals(200, get("/health/live").status());
    assertEquals("not_ready", get("/health").json().get("status").asText());
  }

  @Test
  void metricsCountRequestsJobsTokensAndTheJvm() throws Exception {
    post("/datasets", "{\"name\":\"a\"}");
    get("/datasets/nope");
    get("/nope");
    Answer metrics = get("/metrics");
    String text = metrics.text();
    assertTrue(metrics.contentType().startsWith("text/plain"), metrics.contentType());
    assertTrue(text.contains("neuroweaver_jobs{state=\"queued\",} 1.0"), text);
    assertTrue(
        text.contains(
            "neuroweaver_http_requests_total{method=\"GET\",route=\"/api/v1/datasets/{dataset_id}\",status=\"404\",}"
                + " 1.0"),
        text);
    assertTrue(text.contains("route=\"unmatched\""), text);
    assertTrue(text.contains("neuroweaver_tokens_in_total 4000.0"), text);
    assertTrue(text.contains("jvm_memory"), text);
  }

  @Test
  void aTakenPortIsAConflictThatNamesIt() {
    NeuroWeaverException e =
        org.junit.jupiter.api.Assertions.assertThrows(
            NeuroWeaverException.class,
            () -> ApiServer.start(ApiConfig.on("127.0.0.1", app.port()), fixture.backends()));
    assertEquals(ErrorKind.CONFLICT, e.kind());
    assertTrue(e.getMessage().contains(Integer.toString(app.port())));
  }
}
