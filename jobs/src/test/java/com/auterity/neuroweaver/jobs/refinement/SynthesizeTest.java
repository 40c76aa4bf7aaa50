package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.MemoryBlobStore;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SynthesizeTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Schema SCHEMA =
      new Schema(List.of(Column.of("t", ColumnType.STRING), Column.of("n", ColumnType.INT64)));

  @TempDir Path folder;

  private record Reply(int status, String body) {}

  private final AtomicInteger asked = new AtomicInteger();
  private volatile Function<JsonNode, Reply> server = SynthesizeTest::usual;
  private HttpServer http;
  private RefineJobs jobs;
  private MemoryBlobStore blobs;

  @BeforeEach
  void start() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(Executors.newFixedThreadPool(4));
    http.createContext(
        "/v1/chat/completions",
        exchange -> {
          asked.incrementAndGet();
          Reply reply = server.apply(JSON.readTree(exchange.getRequestBody().readAllBytes()));
          byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Retry-After", "0");
          exchange.sendResponseHeaders(reply.status(), body.length);
          try (var out = exchange.getResponseBody()) {
            out.write(body);
          } catch (IOException e) {
            // The client has read enough.
          }
        });
    http.start();
    blobs = new MemoryBlobStore(folder.resolve("blobs"));
    jobs = new RefineJobs(4, blobs);
    jobs.store("raw", SCHEMA, null, rows(12));
  }

  @AfterEach
  void stop() {
    jobs.close();
    http.stop(0);
  }

  private static List<Row> rows(int count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(new Row(i, "trouble " + word(i) + " with the brakes", (long) i));
    }
    return rows;
  }

  private static String word(int i) {
    return "w" + (char) ('a' + i % 26) + i;
  }

  private static Reply completion(String content) {
    ObjectNode root = JSON.createObjectNode();
    root.putArray("choices").addObject().putObject("message").put("content", content);
    root.putObject("usage").put("prompt_tokens", 10).put("completion_tokens", 3);
    return new Reply(200, root.toString());
  }

  private static String said(JsonNode request) {
    return request.at("/messages/0/content").asText();
  }

  private static Reply usual(JsonNode request) {
    String name = said(request).split(" ")[2];
    int seed = request.get("seed").asInt();
    return completion(
        "answer about %s number %d in words of its own %s".formatted(name, seed, name));
  }

  private String stage(String more) {
    return """
    {stage: 'synthesize', endpoint: 'http://127.0.0.1:%d/v1', model: 'm',
     prompt: 'say: {t}', allow_unmasked: true %s}
    """
        .formatted(http.getAddress().getPort(), more);
  }

  private String recipe(String more) {
    return "[" + stage(more) + "]";
  }

  @Test
  void asksOnceForEachSampleAndASecondRunAsksNothingAndWritesTheSameBytes() {
    ObjectNode first = jobs.refine("raw", "one", recipe(", into: ['reply'], per_row: 2"));
    assertEquals(24, asked.get());
    assertEquals(12, first.get("rows_in").asInt());
    assertEquals(36, first.get("rows_kept").asInt());
    JsonNode synthesis = first.get("stages").findValue("report");
    assertEquals(24, synthesis.get("requests").asInt());
    assertEquals(0, synthesis.get("cache_hits").asInt());
    assertEquals(240, synthesis.get("prompt_tokens").asInt());
    assertFalse(first.has("clusters"));

    ObjectNode second = jobs.refine("raw", "two", recipe(", into: ['reply'], per_row: 2"));
    assertEquals(24, asked.get());
    assertEquals(24, second.get("stages").findValue("report").get("cache_hits").asInt());
    assertEquals(jobs.checksums("one"), jobs.checksums("two"));
    try (RefineJobs other = new RefineJobs(3, blobs)) {
      other.store("raw", SCHEMA, null, rows(12));
      other.refine("raw", "one", recipe(", into: ['reply'], per_row: 2"));
      assertEquals(jobs.read("one"), other.read("one"));
    }
    assertEquals(48, asked.get(), "another dataset's answers are its own");

    Row made = jobs.read("one").get(12);
    Schema schema = jobs.schema("one");
    assertEquals("synthesize", RefineJobs.text(schema, made, "_origin"));
    assertEquals("0", RefineJobs.text(schema, made, "_source_ordinal"));
    String detail = RefineJobs.text(schema, made, "_origin_detail");
    assertTrue(
        detail.matches(
            "\\{\"model\":\"m\",\"endpoint\":\"127.0.0.1:\\d+\",\"request\":\"[0-9a-f]{32}\"\\}"),
        detail);
  }

  @Test
  void whatIsForgottenIsAskedAgain() {
    jobs.refine("raw", "one", recipe(", into: ['reply']"));
    assertEquals(12, asked.get());
    String dataset = jobs.datasetId("raw");
    AnswerCache.forget(blobs, dataset + "0");
    jobs.refine("raw", "two", recipe(", into: ['reply']"));
    assertEquals(12, asked.get());
    AnswerCache.forget(blobs, dataset);
    jobs.refine("raw", "three", recipe(", into: ['reply']"));
    assertEquals(24, asked.get());
    assertEquals(jobs.checksums("one"), jobs.checksums("three"));
  }

  @Test
  void aRunTakenUpAgainAsksNothingTwice() {
    String recipe = recipe(", into: ['reply']");
    LocalJob dies = jobs.job("job_1", "raw", "more", recipe);
    dies.diesAtStep = 2;
    assertThrows(IllegalStateException.class, () -> jobs.handler.run(dies));
    LocalJob again = jobs.job("job_1", "raw", "more", recipe);
    again.last = dies.last;
    jobs.handler.run(again);
    assertEquals(12, asked.get());
    jobs.refine("raw", "straight", recipe);
    assertEquals(jobs.checksums("straight"), jobs.checksums("more"));
  }

  @Test
  void hostileAnswersAreRejectedRowByRowWithTheirReason() {
    server =
        request -> {
          int n = Integer.parseInt(said(request).replaceAll(".* w[a-z](\\d+) .*", "$1"));
          return switch (n) {
            case 0 -> new Reply(200, "x".repeat(10_000_000));
            case 1 -> new Reply(200, "<html>proxy</html>");
            case 2 -> completion("{\"reply\": \"a\"");
            case 3 -> completion("{\"reply\": 7, \"n\": 1}");
            case 4 -> completion("{\"reply\": \"fine and well\", \"n\": \"many\"}");
            case 5 -> completion("{\"reply\": \"fine and well\", \"n\": 3, \"x\": 1}");
            case 6 -> completion("{\"reply\": \"trouble wg6 with the brakes\", \"n\": 3}");
            case 7 -> completion("{\"reply\": \"wholly new words for this\", \"n\": -3}");
            case 8 -> completion("{\"reply\": \"  \", \"n\": 3}");
            case 9 -> new Reply(400, "{\"error\": {\"message\": \"context too long\"}}");
            default -> completion("{\"reply\": \"twice the very same answer here\", \"n\": 3}");
          };
        };
    ObjectNode result =
        jobs.refine("raw", "more", recipe(", into: ['reply', 'n'], require: ['n >= 0']"));
    assertEquals(
        "{\"synthesize_answer_too_large\":1,\"synthesize_copies_source\":1,"
            + "\"synthesize_http_400\":1,\"synthesize_length\":1,\"synthesize_no_completion\":1,"
            + "\"synthesize_no_json\":1,\"synthesize_require\":1,\"synthesize_schema\":3}",
        result.get("rejected").toString());
    // Rows 10 and 11 lie in different partitions, within which copies are looked for.
    assertEquals(14, result.get("rows_kept").asInt());
    Row reject = jobs.read("more_rejects").get(0);
    Schema schema = jobs.schema("more_rejects");
    assertEquals("synthesize", RefineJobs.text(schema, reject, "_stage"));
    int before = asked.get();
    jobs.refine("raw", "again", recipe(", into: ['reply', 'n'], require: ['n >= 0']"));
    assertEquals(before + 3, asked.get(), "what was no answer is asked again by another job");
  }

  @Test
  void aRowThatRepeatsAnotherOfThePartitionIsRejected() {
    server = request -> completion("always the very same words");
    ObjectNode result = jobs.refine("raw", "more", recipe(", into: ['reply'], per_row: 2"));
    assertEquals(24 - 4, result.get("rejected").get("synthesize_copy").asInt());
  }

  @Test
  void busyEndpointsAreAskedAgainAndOthersEndTheJobWithoutTheKey() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    server = request -> tries.incrementAndGet() % 3 == 0 ? usual(request) : new Reply(429, "slow");
    List<Duration> waits = new ArrayList<>();
    ChatEndpoint endpoint = endpoint(2, waits);
    assertEquals(
        3, endpoint.ask("{\"seed\":1,\"messages\":[{\"content\":\"a b c\"}]}").completionTokens());
    assertEquals(List.of(Duration.ZERO, Duration.ZERO), waits);

    server = request -> new Reply(503, "key sk-secret-1 is tired");
    NeuroWeaverException down =
        assertThrows(NeuroWeaverException.class, () -> endpoint(1, waits).ask("{}"));
    assertEquals(ErrorKind.UNAVAILABLE, down.kind());
    assertTrue(
        down.getMessage().contains("asked 2 times, at last: status 503: key [key] is tired"),
        down.getMessage());

    server = request -> new Reply(401, "{\"error\":{\"message\":\"wrong key sk-secret-1\"}}");
    NeuroWeaverException denied =
        assertThrows(NeuroWeaverException.class, () -> endpoint(5, waits).ask("{}"));
    assertTrue(
        denied.getMessage().contains("status 401: wrong key [key]; right would be a key_env"),
        denied.getMessage());
  }

  private ChatEndpoint endpoint(int retries, List<Duration> waits) {
    return new ChatEndpoint(
        ChatEndpoint.client(),
        URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/v1/chat/completions"),
        "sk-secret-1",
        Duration.ofSeconds(20),
        retries,
        waits::add);
  }

  @Test
  void whatIsMaskedBeforeMayLeaveAndOnlyMasked() {
    List<String> sent = Collections.synchronizedList(new ArrayList<>());
    server =
        request -> {
          sent.add(said(request));
          return usual(request);
        };
    jobs.store(
        "calls", SCHEMA, null, List.of(new Row(0, "write to pia.lund@fjord.example.org now", 1L)));
    jobs.refine(
        "calls",
        "more",
        "[{stage: 'mask_personal_data', columns: ['t']},"
            + stage(", into: ['reply']").replace(", allow_unmasked: true", "")
            + "]");
    assertEquals(List.of("say: write to [email] now"), sent);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        ", allow_unmasked: false, into: ['r'] | sends t to 127.0.0.1 as it is",
        ", into: ['r', 'r'] | names r twice",
        " | into is missing",
        ", into: ['n'] | format is text; right would be json",
        ", into: ['r'], prompt: 'say {x}' | prompt names the column \"x\"",
        ", into: ['r'], prompt: 'say' | prompt names no column",
        ", into: ['r'], prompt: 'say {t' | opens a brace at character 5",
        ", into: ['r'], endpoint: 'ftp://x/v1' | endpoint is \"ftp://x/v1\"; right would be an"
            + " address",
        ", into: ['r'], endpoint: 'http://u:p@x/v1' | without user",
        ", into: ['r'], key_env: 'PATH' | right would be a variable named NEUROWEAVER_KEY_API_...",
        ", into: ['r'], key_env: 'NEUROWEAVER_KEY_API_NONE' | holds no key in this node's"
            + " environment",
        ", into: ['r'], endpoint: 'http://x.example.org/v1', key_env: 'NEUROWEAVER_KEY_API_NONE' |"
            + " would send a key over http",
        ", into: ['r'], endpoint: 'https://x.example.org/v1' | is on x.example.org, where this node"
            + " sends no rows",
        ", into: ['r'], require: ['q > 1'] | require is \"q > 1\"",
        ", into: ['r'], per_row: 0 | per_row is 0",
        ", into: ['r'], temperature: 3 | temperature is 3",
        ", into: ['r'], min_characters: 9, max_characters: 3 | above max_characters",
        ", into: ['r'], retry: 3 | has the unknown key \"retry\"",
      })
  void refusesWrongKnobsNamingThePlace(String more, String message) {
    ObjectNode parameters = RefineJobs.parameters("raw", "x", recipe(""));
    ((ObjectNode) parameters.at("/stages/0"))
        .setAll(
            (ObjectNode)
                RefineJobs.parameters(
                        "a", "b", "[{stage: 'synthesize'" + (more == null ? "" : more) + "}]")
                    .at("/stages/0"));
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class, () -> jobs.handler.validate("default", parameters));
    assertEquals(ErrorKind.INVALID_INPUT, error.kind());
    assertTrue(error.getMessage().contains(message.strip()), error.getMessage());
  }
}
