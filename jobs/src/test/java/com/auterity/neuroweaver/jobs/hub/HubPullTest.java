package com.auterity.neuroweaver.jobs.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubPullTest extends HubBench {
  private static final String[] NEEDED = {
    "config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"
  };

  @Test
  void pullsWhatTheModelNeedsPageByPageAndNothingElse() throws Exception {
    tiny();
    server.pageSize = 2;
    PullResult result = client().pull(TINY, target(), List.of());
    assertPulled(NEEDED);
    assertEquals(4, result.files());
    assertEquals(203_300, result.bytes());
    assertEquals(203_300, result.bytesFetched());
    assertEquals(server.repository(ID).commit, result.commit());
    assertEquals(4, server.requests(r -> r.contains("/tree/")).size());
    assertTrue(
        lines.stream().anyMatch(l -> l.startsWith("model.safetensors  200.0 kB")), "" + lines);
    assertTrue(waits.isEmpty());
  }

  @Test
  void theTokenGoesToTheHubAndNotToItsStorage() throws Exception {
    tiny();
    server.tokenNeeded = true;
    client().pull(TINY, target(), List.of());
    for (HubServer.Request request : server.requests) {
      assertEquals(
          request.at().equals("hub") ? "Bearer " + HubServer.TOKEN : null,
          request.header("Authorization"),
          request.toString());
      assertEquals("identity", request.header("Accept-Encoding"));
    }
    assertFalse(server.requests(r -> r.contains("/objects/")).isEmpty());
    assertFalse(lines.toString().contains(HubServer.TOKEN));
  }

  @Test
  void globsChooseFilesInsteadAcrossFolders() throws Exception {
    tiny();
    client().pull(TINY, target(), List.of("*.md", "pictures/**"));
    assertPulled("README.md", "pictures/car 1.png");
  }

  @Test
  void aGlobThatMatchesNothingNamesWhatIsThere() {
    tiny();
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () -> client().pull(TINY, target(), List.of("*.md", "*.gguf")));
    checked(error, ErrorKind.NOT_FOUND, "--include '*.gguf'", "pytorch_model.bin");
  }

  @Test
  void aRepositoryWithoutWeightsWeReadSaysWhatItHolds() {
    tiny().files.remove("model.safetensors");
    pullFails(ErrorKind.NOT_FOUND, "no *.safetensors", "--include", "pytorch_model.bin");
  }

  @Test
  void theMakersSecondCopyOfTheWeightsIsLeftOut() throws Exception {
    tiny().files.put("consolidated.safetensors", bytes(8, 5000));
    client().pull(TINY, target(), List.of());
    assertPulled(NEEDED);
  }

  @Test
  void aFolderThatIsCompleteIsNotFetchedAgain() throws Exception {
    tiny();
    client().pull(TINY, target(), List.of());
    assertEquals(0, client().pull(TINY, target(), List.of()).bytesFetched());
    assertEquals(1, server.requests(r -> r.contains("/objects/")).size());
  }

  @Test
  void aFolderThatHoldsSomethingElseIsLeftAsItIs() throws Exception {
    tiny();
    client().pull(TINY, target(), List.of());
    Files.writeString(target().resolve("config.json"), "mine");
    NeuroWeaverException error =
        assertThrows(NeuroWeaverException.class, () -> client().pull(TINY, target(), List.of()));
    assertEquals(ErrorKind.CONFLICT, error.kind());
    assertTrue(error.getMessage().contains("config.json"), error.getMessage());
    assertEquals("mine", Files.readString(target().resolve("config.json")));
  }

  @Test
  void goesOnWhereABrokenConnectionEnded() throws Exception {
    tiny();
    server.cut = length -> length > 120_000 ? 80_000 : length;
    client().pull(TINY, target(), List.of());
    assertPulled(NEEDED);
    List<HubServer.Request> asked = server.requests(r -> r.contains("/objects/"));
    assertEquals(2, asked.size());
    assertNull(asked.get(0).header("Range"));
    assertTrue(asked.get(1).header("Range").matches("bytes=\\d+-"));
    assertEquals(1, waits.size());
  }

  @Test
  void aLaterPullGoesOnAndFetchesOnlyTheRest() throws Exception {
    tiny();
    breakAt(100_000);
    pullFails(ErrorKind.UNAVAILABLE, "model.safetensors", "tried 5 times");
    server.cut = length -> length;
    server.requests.clear();
    PullResult result = client().pull(TINY, target(), List.of());
    assertPulled(NEEDED);
    HubServer.Request first = server.requests(r -> r.contains("/objects/")).get(0);
    long offset = Long.parseLong(first.header("Range").replaceAll("\\D", ""));
    assertTrue(offset > 0 && offset <= 100_000, first.header("Range"));
    assertTrue(first.header("If-Range").startsWith("\""));
    // The small files beside it may have been fetched the first time or not.
    assertTrue(result.bytesFetched() >= 200_000 - offset);
    assertTrue(result.bytesFetched() <= 203_300 - offset, result + " after " + offset);
  }

  @Test
  void anotherEntityTagStartsTheFileAgain() throws Exception {
    tiny();
    breakAt(100_000);
    pullFails(ErrorKind.UNAVAILABLE);
    server.cut = length -> length;
    server.storageTag = "-other";
    assertTrue(client().pull(TINY, target(), List.of()).bytesFetched() >= 200_000);
    assertPulled(NEEDED);
    assertTrue(lines.stream().anyMatch(l -> l.contains("beginning again")), "" + lines);
  }

  @Test
  void anotherEntityTagOfAServerThatIgnoresIfRangeStartsTheFileAgainToo() throws Exception {
    tiny();
    breakAt(100_000);
    pullFails(ErrorKind.UNAVAILABLE);
    server.cut = length -> length;
    server.storageTag = "-other";
    server.ifRange = false;
    assertTrue(client().pull(TINY, target(), List.of()).bytesFetched() >= 200_000);
    assertPulled(NEEDED);
  }

  @Test
  void aServerWithoutRangesIsReadFromTheBeginning() throws Exception {
    tiny();
    server.ranges = false;
    int[] answers = {0};
    server.cut = length -> length == 200_000 && answers[0]++ == 0 ? 90_000 : length;
    client().pull(TINY, target(), List.of());
    assertPulled(NEEDED);
  }

  @Test
  void aPartThatDoesNotFitIsFetchedOnceMoreInOnePiece() throws Exception {
    tiny();
    breakAt(100_000);
    pullFails(ErrorKind.UNAVAILABLE);
    server.cut = length -> length;
    Path parts = target().resolveSibling(".acme--tiny.partial").resolve("parts");
    try (Stream<Path> found = Files.list(parts)) {
      Path part = found.max(Comparator.comparingLong(p -> p.toFile().length())).orElseThrow();
      byte[] bytes = Files.readAllBytes(part);
      bytes[17] ^= 1;
      Files.write(part, bytes);
    }
    client().pull(TINY, target(), List.of());
    assertPulled(NEEDED);
    assertTrue(lines.stream().anyMatch(l -> l.contains("does not fit together")), "" + lines);
  }

  @Test
  void whatAnotherRevisionLeftDoesNotBecomePartOfTheFolder() throws Exception {
    HubServer.Repository tiny = tiny();
    tiny.files.put("vocab.json", bytes(20, 2000));
    breakAt(100_000);
    pullFails(ErrorKind.UNAVAILABLE);
    server.cut = length -> length;
    tiny.files.remove("vocab.json");
    tiny.files.put("config.json", bytes(21, 300));
    tiny.files.put("model.safetensors", bytes(22, 150_000));
    tiny.commit = "0".repeat(39) + "2";
    client().pull(TINY, target(), List.of());
    assertPulled(NEEDED);
  }

  @Test
  void aBusyServerIsAskedAgainAfterTheTimeItNames() throws Exception {
    tiny();
    server.failing(r -> r.contains("/revision/"), 1, 429, "Retry-After", "7");
    server.failing(
        r -> r.contains("/tree/"), 1, 503, "Retry-After", "Mon, 05 Jan 2026 12:00:09 GMT");
    server.failing(r -> r.contains("/resolve/") && r.contains("config.json"), 2, 500);
    client().pull(TINY, target(), List.of("config.json"));
    assertPulled("config.json");
    assertEquals(
        List.of(
            Duration.ofSeconds(7),
            Duration.ofSeconds(9),
            Duration.ofMillis(500),
            Duration.ofMillis(1000)),
        waits);
  }

  @Test
  void aServerThatStaysBusyIsGivenUpAfterFiveAttempts() {
    tiny();
    server.failing(r -> r.contains("/revision/"), 100, 429);
    pullFails(ErrorKind.BUSY, "answered 429: as ordered", "tried 5 times");
    assertEquals(5, server.requests.size());
    assertEquals(4, waits.size());
  }

  @Test
  void nobodyWaitsAnHour() {
    tiny();
    server.failing(r -> r.contains("/revision/"), 100, 429, "Retry-After", "3600");
    pullFails(ErrorKind.BUSY, "3600 s");
    assertTrue(waits.isEmpty());
  }

  @Test
  void aRefusalIsNotTriedAgain() {
    pullFails(ErrorKind.NOT_FOUND, ID, "no such repository");
    tiny();
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () -> client().pull(HubRepository.parse(ID + "@v9"), target(), List.of()));
    checked(error, ErrorKind.NOT_FOUND, "no such revision", "acme/tiny@v9");
    assertEquals(2, server.requests.size());
  }

  @Test
  void aGatedRepositorySaysWhereToAsk() {
    tiny();
    server.failing(
        r -> r.contains("/resolve/") && r.contains("model"), 100, 403, "X-Error-Code", "GatedRepo");
    pullFails(ErrorKind.INVALID_INPUT, "model.safetensors", "asked for on the hub's page");
  }

  @Test
  void aMissingTokenAndARefusedOneAreToldApart() {
    tiny();
    server.tokenNeeded = true;
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () -> client(server.anonymous()).pull(TINY, target(), List.of()));
    checked(error, ErrorKind.INVALID_INPUT, "set HF_TOKEN");
    HubAccess wrong =
        HubAccess.of(
            Map.of("HF_ENDPOINT", server.endpoint(), "HF_TOKEN", "hf_wrong"), Optional.empty());
    error =
        assertThrows(
            NeuroWeaverException.class, () -> client(wrong).pull(TINY, target(), List.of()));
    checked(error, ErrorKind.INVALID_INPUT, "refuses the token", "***");
    assertFalse(error.getMessage().contains("hf_wrong"), error.getMessage());
  }

  @Test
  void aHubThatCannotBeReachedSaysSo() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    HubAccess nobody =
        HubAccess.of(Map.of("HF_ENDPOINT", "http://127.0.0.1:" + port), Optional.empty());
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class, () -> client(nobody).pull(TINY, target(), List.of()));
    checked(error, ErrorKind.UNAVAILABLE, "cannot be reached", "HF_ENDPOINT", "online");
  }

  @Test
  void aFullDiskIsSeenBeforeAnythingIsFetched() {
    tiny();
    usableSpace = 100_000;
    pullFails(ErrorKind.TOO_LARGE, "203.3 kB", "100.0 kB are free");
    assertTrue(server.requests(r -> r.contains("/resolve/")).isEmpty());
  }

  // Servers that lie.

  @Test
  void anotherLengthThanListedIsRefused() {
    tiny();
    answering("/objects/", 200, 150_000);
    pullFails(ErrorKind.CORRUPT, "sends 150000 bytes where 200000 are left");
  }

  @Test
  void otherBytesThanListedAreRefusedAndNotKept() throws Exception {
    tiny();
    answering("/objects/", 200, 200_000);
    pullFails(ErrorKind.CORRUPT, "SHA256", "but the hub lists");
    server.clearFaults();
    server.requests.clear();
    client().pull(TINY, target(), List.of());
    assertPulled(NEEDED);
    assertNull(server.requests(r -> r.contains("/objects/")).get(0).header("Range"));
  }

  @Test
  void anEndlessBodyIsCutOff() {
    tiny();
    server.fault(
        r -> r.contains("/objects/"),
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] block = new byte[64 << 10];
          try {
            while (true) {
              exchange.getResponseBody().write(block);
            }
          } catch (IOException e) {
            return true;
          }
        });
    pullFails(ErrorKind.CORRUPT, "more than the 200000 bytes listed");
  }

  @Test
  void redirectsInACircleEnd() {
    tiny();
    redirecting("/resolve/", server.endpoint() + "/acme/tiny/resolve/again?signature=s3cret");
    pullFails(ErrorKind.CORRUPT, "redirects");
    assertTrue(server.requests.size() < 40, "" + server.requests.size());
  }

  @Test
  void aRedirectToAFileIsRefused() {
    tiny();
    redirecting("/objects/", "file:///etc/passwd");
    pullFails(ErrorKind.CORRUPT, "no web address");
  }

  @Test
  void anEncodingNobodyAskedForIsRefused() {
    tiny();
    server.fault(
        r -> r.contains("/objects/"),
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          return false;
        });
    pullFails(ErrorKind.CORRUPT, "encoded as gzip");
  }

  @Test
  void aRangeThatWasNotAskedForIsRefused() {
    tiny();
    breakAt(100_000);
    pullFails(ErrorKind.UNAVAILABLE);
    server.fault(
        r -> r.contains("/objects/"),
        exchange -> {
          exchange.getResponseHeaders().set("Content-Range", "bytes 5-199999/200000");
          exchange.sendResponseHeaders(206, 10);
          exchange.getResponseBody().write(new byte[10]);
          return true;
        });
    pullFails(ErrorKind.CORRUPT, "bytes 5-199999/200000");
  }

  @Test
  void aHubThatContradictsItsListIsRefused() {
    tiny();
    server.fault(
        r -> r.contains("/resolve/") && r.contains("model"),
        exchange -> {
          exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + "a".repeat(64) + "\"");
          exchange.getResponseHeaders().set("Location", "/acme/tiny/elsewhere");
          HubServer.send(exchange, 302, "");
          return true;
        });
    server.fault(
        r -> r.contains("/elsewhere"),
        exchange -> {
          HubServer.send(exchange, 200, "x");
          return true;
        });
    pullFails(ErrorKind.CORRUPT, "its answer aaaa");
  }

  @Test
  void aPageThatIsNoHubSaysSo() {
    tiny();
    server.fault(
        r -> r.contains("/revision/"),
        exchange -> {
          HubServer.send(exchange, 200, "<html>Welcome to the hotel</html>");
          return true;
        });
    pullFails(ErrorKind.CORRUPT, "no JSON: <html>", "is HF_ENDPOINT a model hub?");
  }

  @Test
  void aListWithoutEndOrThatGoesOnElsewhereIsRefused() {
    tiny();
    AtomicReference<String> link = new AtomicReference<>("<?recursive=true>; rel=\"next\"");
    server.fault(
        r -> r.contains("/tree/"),
        exchange -> {
          exchange.getResponseHeaders().set("Link", link.get());
          HubServer.send(exchange, 200, "[]");
          return true;
        });
    pullFails(ErrorKind.CORRUPT, "without end");
    link.set("<" + server.storageAddress() + "/list>; rel=\"next\"");
    pullFails(ErrorKind.CORRUPT, "somewhere else");
    assertTrue(server.requests(r -> r.contains("/list")).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../model.safetensors",
        "/etc/model.safetensors",
        "a/../../model.safetensors",
        "..\\\\model.safetensors",
        "",
        "a//model.safetensors",
        "./model.safetensors",
        "line\\nbreak.safetensors",
        "nul.safetensors",
        "c:model.safetensors",
        "model.safetensors."
      })
  void aPathThatLeavesTheFolderIsRefused(String path) throws Exception {
    tiny();
    listing(
        "{\"type\":\"file\",\"path\":\""
            + path
            + "\",\"size\":1,\"oid\":\""
            + "a".repeat(40)
            + "\"}");
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class, () -> client().pull(TINY, target(), List.of("**", "*")));
    checked(error, ErrorKind.CORRUPT, "is refused");
    assertTrue(server.requests(r -> r.contains("/resolve/")).isEmpty());
    assertFalse(Files.exists(folder.resolve("model.safetensors")));
  }

  @Test
  void sizesAndHashesThatCannotBeAreRefused() {
    tiny();
    listing(
        "{\"type\":\"file\",\"path\":\"a.safetensors\",\"size\":-1,\"oid\":\""
            + "a".repeat(40)
            + "\"}");
    pullFails(ErrorKind.CORRUPT, "a.safetensors", "size -1");
    listing("{\"type\":\"file\",\"path\":\"a.safetensors\",\"size\":1,\"oid\":\"../../x\"}");
    pullFails(ErrorKind.CORRUPT, "a.safetensors");
    String huge = "\"size\":" + Long.MAX_VALUE + ",\"oid\":\"" + "a".repeat(40) + "\"}";
    listing(
        "{\"type\":\"file\",\"path\":\"a.safetensors\","
            + huge
            + ",{\"type\":\"file\",\"path\":\"b.safetensors\","
            + huge);
    pullFails(ErrorKind.CORRUPT, "more bytes than can be counted");
  }

  @Test
  void namesThatDifferInCapitalsOnlyAreRefused() {
    tiny().files.put("Config.json", bytes(1, 10));
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class, () -> client().pull(TINY, target(), List.of("*.json")));
    checked(error, ErrorKind.CORRUPT, "onfig.json", "twice");
  }

  // Time and threads.

  @Test
  void aBodyThatStopsComingIsGivenUpAndResumed() throws Exception {
    tiny();
    stall = Duration.ofMillis(500);
    int[] stalls = {0};
    server.fault(
        r -> r.contains("/objects/"),
        exchange -> {
          if (stalls[0]++ > 0) {
            return false;
          }
          exchange.sendResponseHeaders(200, 200_000);
          exchange.getResponseBody().write(bytes(4, 200_000), 0, 70_000);
          exchange.getResponseBody().flush();
          server.awaitClose();
          return true;
        });
    client().pull(TINY, target(), List.of());
    assertPulled(NEEDED);
    // One stall was arranged; a machine that is very busy may add its own.
    assertFalse(waits.isEmpty());
  }

  @Test
  void anInterruptStopsThePullAndTheNextOneGoesOn() throws Exception {
    tiny();
    CountDownLatch half = new CountDownLatch(1);
    boolean[] stall = {true};
    server.fault(
        r -> r.contains("/objects/"),
        exchange -> {
          if (!stall[0]) {
            return false;
          }
          exchange.sendResponseHeaders(200, 200_000);
          exchange.getResponseBody().write(bytes(4, 200_000), 0, 70_000);
          exchange.getResponseBody().flush();
          half.countDown();
          server.awaitClose();
          return true;
        });
    AtomicReference<Throwable> ended = new AtomicReference<>();
    Thread puller =
        new Thread(
            () -> {
              try {
                client().pull(TINY, target(), List.of());
              } catch (Throwable e) {
                ended.set(e);
              }
            });
    puller.start();
    half.await();
    NeuroWeaverException second =
        assertThrows(NeuroWeaverException.class, () -> client().pull(TINY, target(), List.of()));
    checked(second, ErrorKind.CONFLICT, "another pull");
    puller.interrupt();
    puller.join(10_000);
    assertInstanceOf(InterruptedException.class, ended.get());
    assertNothingVisible();
    stall[0] = false;
    client().pull(TINY, target(), List.of());
    assertPulled(NEEDED);
  }

  /** Wherever connections break, a pull ends with the right bytes or with nothing to be seen. */
  @Test
  void brokenConnectionsNeverLeaveAHalfOrWrongFolder() throws Exception {
    tiny();
    int failed = 0;
    for (int seed = 0; seed < 12; seed++) {
      Random random = new Random(seed);
      double breaks = 0.4 + 0.6 * random.nextDouble();
      server.ranges = random.nextInt(4) > 0;
      server.cut =
          length -> {
            synchronized (random) {
              return length == 0 || random.nextDouble() > breaks
                  ? length
                  : random.nextInt((int) length + 1);
            }
          };
      for (int pulls = 0; !Files.exists(target()); pulls++) {
        if (pulls == 6) {
          server.cut = length -> length;
        }
        try {
          client().pull(TINY, target(), List.of("model.safetensors", "config.json"));
        } catch (NeuroWeaverException e) {
          failed++;
          ErrorKind kind =
              e.kind() == ErrorKind.CORRUPT ? ErrorKind.CORRUPT : ErrorKind.UNAVAILABLE;
          checked(e, kind);
        }
        server.storageTag = random.nextInt(5) == 0 ? "-" + random.nextInt(3) : server.storageTag;
      }
      assertPulled("model.safetensors", "config.json");
      Files.delete(target().resolve("model.safetensors"));
      Files.delete(target().resolve("config.json"));
      Files.delete(target());
    }
    assertTrue(failed > 0, failed + " pulls failed");
  }

  /** The storage sends a large file's first bytes and then nothing more that is new. */
  private void breakAt(int bytes) {
    int[] answers = {0};
    server.cut =
        length -> {
          if (length < 10_000) {
            return length;
          }
          synchronized (answers) {
            return answers[0]++ == 0 ? bytes : 0;
          }
        };
  }

  private void answering(String path, int status, int length) {
    server.fault(
        r -> r.contains(path),
        exchange -> {
          exchange.sendResponseHeaders(status, length);
          exchange.getResponseBody().write(new byte[length]);
          return true;
        });
  }

  private void redirecting(String path, String location) {
    server.fault(
        r -> r.contains(path),
        exchange -> {
          exchange.getResponseHeaders().set("Location", location);
          HubServer.send(exchange, 302, "");
          return true;
        });
  }

  private void listing(String entries) {
    server.clearFaults();
    server.fault(
        r -> r.contains("/tree/"),
        exchange -> {
          HubServer.send(exchange, 200, "[" + entries + "]");
          return true;
        });
  }
}
