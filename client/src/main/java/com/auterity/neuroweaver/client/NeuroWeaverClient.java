package com.auterity.neuroweaver.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/**
 * Java SDK of the HTTP API: one method for each endpoint, wire records in and out. Thread-safe.
 * Every method throws {@link ApiException} when the grid refuses, fails or cannot be reached.
 */
public final class NeuroWeaverClient {
  /** Where a node listens unless it was told otherwise. */
  public static final URI DEFAULT_URL = URI.create("http://127.0.0.1:8001");

  private static final JsonMapper MAPPER = WireMapper.lenient();
  private static final Duration POLL = Duration.ofMillis(250);

  private final URI url;
  private final Duration timeout;
  private final HttpClient http;

  private NeuroWeaverClient(URI url, Duration timeout, SSLContext tls) {
    this.url = url;
    this.timeout = timeout;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5));
    if (tls != null) {
      builder.sslContext(tls);
    }
    this.http = builder.build();
  }

  /** A client of the node at {@code url} ({@code http://host:port}), waiting 60 s for an answer. */
  public static NeuroWeaverClient at(URI url) {
    return at(url, Duration.ofSeconds(60));
  }

  public static NeuroWeaverClient at(URI url, Duration timeout) {
    return at(url, timeout, null);
  }

  /**
   * A client of a node that speaks TLS.
   *
   * @param tls whom it trusts, see {@link ClientTls}; null for the JDK's own trust
   */
  public static NeuroWeaverClient at(URI url, Duration timeout, SSLContext tls) {
    Objects.requireNonNull(url, "url");
    if (url.getHost() == null
        || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
      throw new IllegalArgumentException(
          "the address of a node looks like " + DEFAULT_URL + ", found: " + url);
    }
    String text = url.toString();
    return new NeuroWeaverClient(
        text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : url, timeout, tls);
  }

  public URI url() {
    return url;
  }

  // Health

  public Health health() {
    return get("/health", new TypeReference<Health>() {});
  }

  public HealthDetail healthDetailed() {
    return get("/health/detailed", new TypeReference<HealthDetail>() {});
  }

  /** Whether the node is ready to take work; false also when it cannot be reached. */
  public boolean isReady() {
    try {
      get("/health/ready", new TypeReference<Health>() {});
      return true;
    } catch (ApiException e) {
      return false;
    }
  }

  /** Prometheus text. */
  public String metrics() {
    return new String(bytes("/metrics"), StandardCharsets.UTF_8);
  }

  public JsonNode openApi() {
    return get("/openapi.json", new TypeReference<JsonNode>() {});
  }

  // Workflows

  public Workflow createWorkflow(WorkflowRequest request) {
    return post("/workflows/create", request, new TypeReference<Workflow>() {});
  }

  public Workflow workflow(String workflowId) {
    return get("/workflows/" + segment(workflowId), new TypeReference<Workflow>() {});
  }

  /** The finished report as {@code report.json} holds it. */
  public byte[] workflowReportJson(String workflowId) {
    return bytes("/workflows/" + segment(workflowId) + "/report.json");
  }

  /** The finished report as one self-contained page. */
  public byte[] workflowReportHtml(String workflowId) {
    return bytes("/workflows/" + segment(workflowId) + "/report.html");
  }

  // Datasets

  public Page<Dataset> datasets(int limit, long offset) {
    return get("/datasets" + page(limit, offset), new TypeReference<Page<Dataset>>() {});
  }

  /** Starts loading; the dataset is there when the job has succeeded. */
  public Job loadDataset(LoadRequest request) {
    return post("/datasets", request, new TypeReference<Job>() {});
  }

  /**
   * Sends a file, however long, and starts loading it.
   *
   * @param idempotencyKey null, or a key for which the same file gives the same job again
   */
  public Job uploadDataset(UploadRequest request, Path file, String idempotencyKey) {
    StringBuilder query = new StringBuilder("?name=" + segment(request.name()));
    parameter(query, "file", file.toAbsolutePath().normalize().getFileName());
    parameter(query, "format", request.format());
    parameter(query, "partition_by", request.partitionBy());
    parameter(query, "delimiter", request.delimiter());
    parameter(query, "quote", request.quote());
    parameter(query, "header", request.header());
    parameter(query, "encoding", request.encoding());
    parameter(query, "records", request.records());
    parameter(query, "select", request.select() == null ? null : names(request.select()));
    parameter(query, "max_cell", request.maxCell());
    parameter(query, "evolve", request.evolve() == null ? null : names(request.evolve()));
    parameter(query, "key", request.key());
    parameter(query, "once", request.once());
    // Without a limit of time: how long it takes depends on the file. The node may refuse before
    // the first byte; until JDK 20 this client waits for ever when it does (JDK-8286171).
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(url + "/api/v1/datasets/upload" + query))
            .expectContinue(Runtime.version().feature() >= 20)
            .header("Content-Type", "application/octet-stream");
    if (idempotencyKey != null) {
      builder.header("Idempotency-Key", idempotencyKey);
    }
    try {
      return decode(
          send(builder.POST(HttpRequest.BodyPublishers.ofFile(file))), new TypeReference<Job>() {});
    } catch (FileNotFoundException e) {
      throw new IllegalArgumentException("there is no file " + file, e);
    }
  }

  private static void parameter(StringBuilder query, String name, Object value) {
    if (value != null) {
      query.append('&').append(name).append('=').append(segment(value.toString()));
    }
  }

  /** Names in quotes, commas between them. */
  private static String names(List<String> names) {
    return names.stream()
        .map(name -> '"' + name.replace("\"", "\"\"") + '"')
        .collect(Collectors.joining(","));
  }

  /** {@code reference}: dataset id, version id, name, or name@version. */
  public DatasetDetail dataset(String reference) {
    return get("/datasets/" + segment(reference), new TypeReference<DatasetDetail>() {});
  }

  public DatasetSample sample(String reference, int limit) {
    return get(
        "/datasets/" + segment(reference) + "/sample?limit=" + limit,
        new TypeReference<DatasetSample>() {});
  }

  /**
   * The next rows a filter takes.
   *
   * @param where null for every row
   * @param columns empty for every column
   * @param cursor of the page before, or null for the first
   */
  public DatasetRowPage rows(
      String reference, String where, List<String> columns, int limit, String cursor) {
    String query = "?limit=" + limit;
    query += where == null ? "" : "&where=" + segment(where);
    query += columns.isEmpty() ? "" : "&columns=" + segment(names(columns));
    query += cursor == null ? "" : "&cursor=" + segment(cursor);
    return get(
        "/datasets/" + segment(reference) + "/rows" + query,
        new TypeReference<DatasetRowPage>() {});
  }

  public Job exportDataset(String reference, ExportRequest request) {
    return post(
        "/datasets/" + segment(reference) + "/export", request, new TypeReference<Job>() {});
  }

  /** Starts reading and verifying every chunk where it lies. */
  public Job scanDataset(String reference) {
    return post("/datasets/" + segment(reference) + "/scan", null, new TypeReference<Job>() {});
  }

  /**
   * Starts profiling a dataset version; the job's result has the figures of its columns.
   *
   * @param with versions of the same columns that are counted with it
   */
  public Job profileDataset(String reference, List<String> with) {
    return post(
        "/datasets/"
            + segment(reference)
            + "/profile"
            + (with.isEmpty() ? "" : "?with=" + segment(names(with))),
        null,
        new TypeReference<Job>() {});
  }

  /** Starts comparing two dataset versions; the job's result says what differs. */
  public Job diffDatasets(DiffRequest request) {
    return post("/datasets/diff", request, new TypeReference<Job>() {});
  }

  /** Starts making a dataset an SQL table. */
  public Job publishDataset(String reference, PublishRequest request) {
    return post(
        "/datasets/" + segment(reference) + "/publish", request, new TypeReference<Job>() {});
  }

  /** Starts removing the SQL table that shows a dataset. */
  public Job unpublishTable(String table) {
    return post("/tables/" + segment(table) + "/unpublish", null, new TypeReference<Job>() {});
  }

  // Kits

  /** The kits with sample rows of each dataset; {@code kit} may be null for all. */
  public Page<KitOffer> kits(String kit, int sampleRows) {
    return get(
        "/kits/browse?sample_rows=" + sampleRows + (kit == null ? "" : "&kit=" + segment(kit)),
        new TypeReference<Page<KitOffer>>() {});
  }

  /** Starts making a dataset of a kit. */
  public Job loadKit(String kit, String dataset, KitLoadRequest request) {
    return post(
        "/kits/" + segment(kit) + "/datasets/" + segment(dataset) + "/load",
        request,
        new TypeReference<Job>() {});
  }

  // Care of data

  /** Checks every copy of every chunk of a version and mends damaged ones. */
  public Job verifyDataset(String reference) {
    return post("/datasets/" + segment(reference) + "/verify", null, new TypeReference<Job>() {});
  }

  public Retention retention(String reference) {
    return get("/datasets/" + segment(reference) + "/retention", new TypeReference<Retention>() {});
  }

  public Retention setRetention(String reference, RetentionRequest request) {
    return post(
        "/datasets/" + segment(reference) + "/retention",
        request,
        new TypeReference<Retention>() {});
  }

  /** Disposes of versions; {@code reference} null means those any retention has made due. */
  public Job retire(String reference, RetireRequest request) {
    return post(
        reference == null ? "/retention/apply" : "/datasets/" + segment(reference) + "/retire",
        request,
        new TypeReference<Job>() {});
  }

  /** Erases a data subject's rows from a dataset and all that was derived from it. */
  public Job erase(String reference, EraseRequest request) {
    return post("/datasets/" + segment(reference) + "/erase", request, new TypeReference<Job>() {});
  }

  /** Chunks that were found damaged, newest first. */
  public Page<ChunkRepairReport> repairs(int limit, long offset) {
    return get("/repairs" + page(limit, offset), new TypeReference<Page<ChunkRepairReport>>() {});
  }

  public Job createSnapshot(SnapshotRequest request) {
    return post("/snapshots", request, new TypeReference<Job>() {});
  }

  public Page<SnapshotInfo> snapshots(int limit, long offset) {
    return get("/snapshots" + page(limit, offset), new TypeReference<Page<SnapshotInfo>>() {});
  }

  // Training

  public Job startTraining(TrainingRequest request) {
    return post("/training/start", request, new TypeReference<Job>() {});
  }

  public TrainingProgress trainingProgress(String jobId) {
    return get(
        "/training/" + segment(jobId) + "/progress", new TypeReference<TrainingProgress>() {});
  }

  public Job cancelTraining(String jobId) {
    return post("/training/" + segment(jobId) + "/cancel", null, new TypeReference<Job>() {});
  }

  // Jobs

  /** Newest first; {@code kind} and {@code state} may be null. */
  public Page<Job> jobs(String kind, JobState state, int limit, long offset) {
    String query = page(limit, offset);
    query += kind == null ? "" : "&kind=" + segment(kind);
    query += state == null ? "" : "&state=" + state;
    return get("/jobs" + query, new TypeReference<Page<Job>>() {});
  }

  public Job job(String jobId) {
    return get("/jobs/" + segment(jobId), new TypeReference<Job>() {});
  }

  public Job cancelJob(String jobId) {
    return post("/jobs/" + segment(jobId) + "/cancel", null, new TypeReference<Job>() {});
  }

  /** Events with a sequence greater than {@code since}. */
  public Page<JobEvent> jobEvents(String jobId, long since) {
    return get(
        "/jobs/" + segment(jobId) + "/events?since=" + since,
        new TypeReference<Page<JobEvent>>() {});
  }

  /**
   * Waits until the job is final, telling {@code onChange} of each state seen.
   *
   * @throws InterruptedException when the waiting thread is interrupted; the job goes on
   */
  public Job awaitJob(String jobId, Duration limit, Consumer<Job> onChange)
      throws InterruptedException {
    Instant end = Instant.now().plus(limit);
    while (true) {
      Job job = job(jobId);
      onChange.accept(job);
      if (job.state().isFinal() || !Instant.now().isBefore(end)) {
        return job;
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  // Models

  public Page<Model> models(int limit, long offset) {
    return get("/models" + page(limit, offset), new TypeReference<Page<Model>>() {});
  }

  /** {@code reference}: model id or name. */
  public Model model(String reference) {
    return get("/models/" + segment(reference), new TypeReference<Model>() {});
  }

  /** Starts a deployment; it answers when the job has succeeded. */
  public Job deploy(DeployRequest request) {
    return post("/models/deploy", request, new TypeReference<Job>() {});
  }

  public Prediction predict(PredictRequest request) {
    return post("/inference/predict", request, new TypeReference<Prediction>() {});
  }

  // Cost

  /** The bill of one job with its children, or of everything when {@code jobId} is null. */
  public Bill costs(String jobId) {
    return get(
        "/costs" + (jobId == null ? "" : "?job_id=" + segment(jobId)),
        new TypeReference<Bill>() {});
  }

  private static String page(int limit, long offset) {
    return "?limit=" + limit + "&offset=" + offset;
  }

  private static String segment(String text) {
    return URLEncoder.encode(Objects.requireNonNull(text), StandardCharsets.UTF_8)
        .replace("+", "%20");
  }

  private <T> T get(String path, TypeReference<T> type) {
    return decode(send(request(path).GET()), type);
  }

  private byte[] bytes(String path) {
    return send(request(path).GET());
  }

  private <T> T post(String path, Object body, TypeReference<T> type) {
    byte[] bytes;
    try {
      bytes = body == null ? new byte[0] : MAPPER.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot write " + body + " as JSON", e);
    }
    return decode(
        send(
            request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes))),
        type);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + "/api/v1" + path)).timeout(timeout);
  }

  private byte[] send(HttpRequest.Builder builder) {
    HttpResponse<byte[]> response;
    try {
      response = http.send(builder.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new ApiException(0, unreachable(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(
          0, new Problem("CANCELLED", "interrupted while waiting for " + url, Map.of()), e);
    }
    if (response.statusCode() / 100 != 2) {
      throw new ApiException(response.statusCode(), problem(response), null);
    }
    return response.body();
  }

  private Problem unreachable(IOException e) {
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new Problem(
        "UNAVAILABLE",
        "no node answers at "
            + url
            + " ("
            + reason
            + "): start one with ./neuroweaver node, or name another with --url or NEUROWEAVER_URL",
        Map.of("url", url.toString()));
  }

  private static Problem problem(HttpResponse<byte[]> response) {
    try {
      Problem problem = MAPPER.readValue(response.body(), ErrorResponse.class).error();
      if (problem != null && problem.message() != null) {
        return problem;
      }
    } catch (IOException e) {
      // Not one of our answers: what came is shown as it is.
    }
    String text = new String(response.body(), StandardCharsets.UTF_8);
    return new Problem(
        "INTERNAL",
        "status "
            + response.statusCode()
            + " from "
            + response.uri()
            + ": "
            + (text.length() > 200 ? text.substring(0, 200) + "..." : text),
        Map.of());
  }

  private <T> T decode(byte[] body, TypeReference<T> type) {
    try {
      return MAPPER.readValue(body, type);
    } catch (IOException e) {
      throw new ApiException(
          0,
          new Problem(
              "INTERNAL",
              "the answer of " + url + " is not what this client reads: " + e.getMessage(),
              Map.of()),
          e);
    }
  }
}
