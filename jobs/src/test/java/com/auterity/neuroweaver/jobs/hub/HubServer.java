package com.auterity.neuroweaver.jobs.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;

/**
 * A model hub on loopback that behaves like the real one: the hub on one port, its storage on
 * another; listings in pages, redirects to signed addresses, ranges, entity tags, large files in
 * one piece or in parts, commits on a parent. Faults can be put in the way of any request.
 */
final class HubServer implements AutoCloseable {
  static final String TOKEN = "hf_test_0123456789";

  /** Answers a request in the server's place; true if it did. */
  interface Fault {
    boolean answer(HttpExchange exchange) throws IOException;
  }

  /** A request as it came in. */
  record Request(String at, String method, String path, Map<String, String> headers) {
    String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }
  }

  /** A repository: the files of its head, and which of them are large. */
  static final class Repository {
    final Map<String, byte[]> files = new TreeMap<>();
    String commit = "0".repeat(39) + "1";
    boolean isPrivate;
    final List<String> messages = new ArrayList<>();
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  final Map<String, Repository> repositories = new ConcurrentHashMap<>();
  final Map<String, byte[]> storage = new ConcurrentHashMap<>();
  final List<Request> requests = new CopyOnWriteArrayList<>();

  volatile int largeFrom = 4096;
  volatile int pageSize = 1000;
  volatile int partSize;
  volatile boolean ranges = true;
  volatile boolean ifRange = true;
  volatile boolean tokenNeeded;

  /** The next commit is taken, but the connection breaks before the answer. */
  volatile boolean loseCommitAnswer;

  /** Given a body's length, after how many bytes the connection breaks; the length: it does not. */
  volatile LongUnaryOperator cut = length -> length;

  /** Part of every entity tag of the storage. */
  volatile String storageTag = "";

  private final Map<String, byte[][]> partsOf = new ConcurrentHashMap<>();
  private final List<Map.Entry<Predicate<String>, Fault>> faults = new CopyOnWriteArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer hub;
  private final HttpServer cdn;

  HubServer() throws IOException {
    hub = start("hub");
    cdn = start("storage");
  }

  private HttpServer start(String name) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", exchange -> handle(name, exchange));
    server.start();
    return server;
  }

  String endpoint() {
    return address(hub);
  }

  String storageAddress() {
    return address(cdn);
  }

  HubAccess access() {
    return HubAccess.of(Map.of("HF_ENDPOINT", endpoint(), "HF_TOKEN", TOKEN), Optional.empty());
  }

  HubAccess anonymous() {
    return HubAccess.of(Map.of("HF_ENDPOINT", endpoint()), Optional.empty());
  }

  Repository repository(String id) {
    return repositories.computeIfAbsent(id, i -> new Repository());
  }

  /** From now on, requests whose {@code METHOD /path?query} fits go to the fault first. */
  void fault(Predicate<String> request, Fault fault) {
    faults.add(Map.entry(request, fault));
  }

  void clearFaults() {
    faults.clear();
  }

  /** The first {@code times} such requests are answered with this status. */
  void failing(Predicate<String> request, int times, int status, String... headers) {
    int[] left = {times};
    fault(
        request,
        exchange -> {
          synchronized (left) {
            if (left[0]-- <= 0) {
              return false;
            }
          }
          for (int i = 0; i < headers.length; i += 2) {
            exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
          }
          send(exchange, status, "{\"error\":\"as ordered\"}");
          return true;
        });
  }

  List<Request> requests(Predicate<String> methodAndPath) {
    return requests.stream().filter(r -> methodAndPath.test(r.method() + " " + r.path())).toList();
  }

  /** Waits until the server is closed: a body that stops coming. */
  void awaitClose() {
    try {
      closing.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closing.countDown();
    hub.stop(0);
    cdn.stop(0);
    threads.shutdownNow();
  }

  private static String address(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(String at, HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> headers = new TreeMap<>();
      exchange
          .getRequestHeaders()
          .forEach((k, v) -> headers.put(k.toLowerCase(Locale.ROOT), v.get(0)));
      String path = exchange.getRequestURI().toString();
      String request = exchange.getRequestMethod() + " " + path;
      requests.add(new Request(at, exchange.getRequestMethod(), path, headers));
      for (var fault : faults) {
        if (fault.getKey().test(request) && fault.getValue().answer(exchange)) {
          return;
        }
      }
      if (at.equals("hub")) {
        answerAsHub(exchange);
      } else {
        answerAsStorage(exchange);
      }
    } catch (RuntimeException e) {
      e.printStackTrace();
      throw e;
    }
  }

  private void answerAsHub(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    String[] path = exchange.getRequestURI().getRawPath().substring(1).split("/");
    String token = exchange.getRequestHeaders().getFirst("Authorization");
    if ((tokenNeeded || !method.equals("GET")) && token == null) {
      send(exchange, 401, "{\"error\":\"Invalid username or password.\"}");
      return;
    }
    if (token != null && !token.equals("Bearer " + TOKEN)) {
      send(exchange, 401, "{\"error\":\"Invalid credentials in " + token + "\"}");
      return;
    }
    if (path[0].equals("api") && path[1].equals("repos")) {
      create(exchange);
      return;
    }
    boolean api = path[0].equals("api");
    String id = api ? path[2] + "/" + path[3] : path[0] + "/" + path[1].replaceFirst("\\.git$", "");
    Repository repository = repositories.get(id);
    if (repository == null) {
      exchange.getResponseHeaders().set("X-Error-Code", "RepoNotFound");
      exchange.getResponseHeaders().set("X-Error-Message", "Repository not found");
      send(exchange, 404, "");
      return;
    }
    synchronized (repository) {
      if (api && path.length == 4) {
        info(exchange, id, repository);
      } else if (api && path[4].equals("revision")) {
        revision(exchange, id, repository, path[5]);
      } else if (api && path[4].equals("tree")) {
        tree(exchange, repository, path[5]);
      } else if (api && path[4].equals("preupload")) {
        preupload(exchange, repository);
      } else if (api && path[4].equals("commit")) {
        commit(exchange, repository);
      } else if (path[2].equals("resolve")) {
        String file = exchange.getRequestURI().getPath().split("/", 6)[5];
        resolve(exchange, repository, path[3], file);
      } else if (path[2].equals("info") && path[5].equals("verify")) {
        verify(exchange);
      } else if (path[2].equals("info")) {
        batch(exchange);
      } else {
        send(exchange, 404, "");
      }
    }
  }

  private void info(HttpExchange exchange, String id, Repository repository) throws IOException {
    ObjectNode info = JSON.createObjectNode();
    info.put("id", id).put("sha", repository.commit).put("private", repository.isPrivate);
    ArrayNode siblings = info.putArray("siblings");
    repository.files.keySet().forEach(f -> siblings.addObject().put("rfilename", f));
    send(exchange, 200, info.toString());
  }

  private void revision(HttpExchange exchange, String id, Repository repository, String revision)
      throws IOException {
    if (!revision.equals("main") && !revision.equals(repository.commit)) {
      exchange.getResponseHeaders().set("X-Error-Code", "RevisionNotFound");
      send(exchange, 404, "{\"error\":\"Invalid rev id: " + revision + "\"}");
      return;
    }
    info(exchange, id, repository);
  }

  private void tree(HttpExchange exchange, Repository repository, String revision)
      throws IOException {
    String query = exchange.getRequestURI().getRawQuery();
    int from = query.contains("cursor=") ? Integer.parseInt(query.replaceAll(".*cursor=", "")) : 0;
    List<String> paths = new ArrayList<>(repository.files.keySet());
    ArrayNode entries = JSON.createArrayNode();
    for (String path : paths.subList(from, Math.min(paths.size(), from + pageSize))) {
      byte[] content = repository.files.get(path);
      ObjectNode entry = entries.addObject().put("type", "file").put("path", path);
      entry.put("size", content.length);
      if (isLarge(path, content)) {
        entry.put("oid", hash("SHA-1", ("pointer of " + path).getBytes(StandardCharsets.UTF_8)));
        entry
            .putObject("lfs")
            .put("oid", hash("SHA-256", content))
            .put("size", content.length)
            .put("pointerSize", 134);
      } else {
        entry.put("oid", gitBlob(content));
      }
    }
    entries.addObject().put("type", "directory").put("path", "a folder").put("oid", "0");
    if (from + pageSize < paths.size()) {
      exchange
          .getResponseHeaders()
          .set(
              "Link",
              "<%s/api/models%s?recursive=true&cursor=%d>; rel=\"next\""
                  .formatted(
                      endpoint(),
                      exchange.getRequestURI().getRawPath().substring("/api/models".length()),
                      from + pageSize));
    }
    send(exchange, 200, entries.toString());
  }

  private void resolve(HttpExchange exchange, Repository repository, String revision, String path)
      throws IOException {
    byte[] content = repository.files.get(path);
    if (content == null || !revision.equals(repository.commit)) {
      exchange.getResponseHeaders().set("X-Error-Code", "EntryNotFound");
      send(exchange, 404, "");
      return;
    }
    exchange.getResponseHeaders().set("X-Repo-Commit", repository.commit);
    if (!isLarge(path, content)) {
      exchange.getResponseHeaders().set("ETag", "\"" + gitBlob(content) + "\"");
      body(exchange, content, gitBlob(content));
      return;
    }
    String sha256 = hash("SHA-256", content);
    storage.put(sha256, content);
    exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + sha256 + "\"");
    exchange.getResponseHeaders().set("X-Linked-Size", "" + content.length);
    exchange
        .getResponseHeaders()
        .set("Location", storageAddress() + "/objects/" + sha256 + "?signature=s3cret");
    send(exchange, 302, "Found. Redirecting");
  }

  private void answerAsStorage(HttpExchange exchange) throws IOException {
    String[] path = exchange.getRequestURI().getPath().substring(1).split("/");
    if (!"signature=s3cret".equals(exchange.getRequestURI().getQuery())) {
      send(exchange, 403, "<Error>AccessDenied</Error>");
    } else if (path[0].equals("objects") && exchange.getRequestMethod().equals("GET")) {
      byte[] content = storage.get(path[1]);
      body(exchange, content, path[1].substring(0, 32) + storageTag);
    } else if (path[0].equals("objects")) {
      String length = exchange.getRequestHeaders().getFirst("Content-Length");
      byte[] content = exchange.getRequestBody().readAllBytes();
      boolean right = length != null && hash("SHA-256", content).equals(path[1]);
      if (right) {
        storage.put(path[1], content);
      }
      send(exchange, right ? 200 : 400, "");
    } else if (path[0].equals("parts")) {
      byte[] content = exchange.getRequestBody().readAllBytes();
      partsOf.get(path[1])[Integer.parseInt(path[2]) - 1] = content;
      exchange.getResponseHeaders().set("ETag", "\"" + hash("SHA-1", content) + "\"");
      send(exchange, 200, "");
    } else {
      complete(exchange, path[1]);
    }
  }

  private void complete(HttpExchange exchange, String sha256) throws IOException {
    JsonNode asked = JSON.readTree(exchange.getRequestBody().readAllBytes());
    byte[][] parts = partsOf.get(sha256);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    boolean right = asked.path("parts").size() == parts.length;
    for (int i = 0; right && i < parts.length; i++) {
      JsonNode part = asked.path("parts").get(i);
      right =
          part.path("partNumber").asInt() == i + 1
              && part.path("etag").asText().equals("\"" + hash("SHA-1", parts[i]) + "\"");
      whole.writeBytes(parts[i]);
    }
    right &= hash("SHA-256", whole.toByteArray()).equals(sha256);
    if (right) {
      storage.put(sha256, whole.toByteArray());
    }
    send(exchange, right ? 200 : 400, "Completed");
  }

  private void create(HttpExchange exchange) throws IOException {
    JsonNode asked = JSON.readTree(exchange.getRequestBody().readAllBytes());
    String id = asked.path("organization").asText() + "/" + asked.path("name").asText();
    if (repositories.containsKey(id)) {
      send(exchange, 409, "{\"error\":\"You already created this model repo\"}");
      return;
    }
    repository(id).isPrivate = asked.path("private").asBoolean();
    send(exchange, 200, "{\"url\":\"" + endpoint() + "/" + id + "\"}");
  }

  private void preupload(HttpExchange exchange, Repository repository) throws IOException {
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode files = answer.putArray("files");
    for (JsonNode file : JSON.readTree(exchange.getRequestBody().readAllBytes()).path("files")) {
      String path = file.path("path").asText();
      boolean large = path.endsWith(".safetensors") || file.path("size").asInt() >= largeFrom;
      ObjectNode said = files.addObject().put("path", path).put("shouldIgnore", false);
      said.put("uploadMode", large ? "lfs" : "regular");
      byte[] there = repository.files.get(path);
      if (there != null) {
        said.put("oid", large ? hash("SHA-256", there) : gitBlob(there));
      }
    }
    send(exchange, 200, answer.toString());
  }

  private void batch(HttpExchange exchange) throws IOException {
    JsonNode asked = JSON.readTree(exchange.getRequestBody().readAllBytes());
    ObjectNode answer = JSON.createObjectNode();
    answer.put("transfer", partSize > 0 ? "multipart" : "basic");
    ArrayNode objects = answer.putArray("objects");
    for (JsonNode object : asked.path("objects")) {
      String oid = object.path("oid").asText();
      int size = object.path("size").asInt();
      ObjectNode said = objects.addObject().put("oid", oid).put("size", size);
      if (storage.containsKey(oid)) {
        continue;
      }
      ObjectNode actions = said.putObject("actions");
      ObjectNode upload = actions.putObject("upload");
      if (partSize > 0) {
        int count = (size + partSize - 1) / partSize;
        partsOf.put(oid, new byte[count][]);
        upload.put("href", storageAddress() + "/complete/" + oid + "?signature=s3cret");
        ObjectNode header = upload.putObject("header").put("chunk_size", "" + partSize);
        for (int i = 1; i <= count; i++) {
          header.put(
              "%05d".formatted(i),
              storageAddress() + "/parts/" + oid + "/" + i + "?signature=s3cret");
        }
      } else {
        upload.put("href", storageAddress() + "/objects/" + oid + "?signature=s3cret");
      }
      actions
          .putObject("verify")
          .put(
              "href",
              endpoint()
                  + exchange.getRequestURI().getPath().replaceFirst("/objects/batch$", "")
                  + "/objects/verify");
    }
    send(exchange, 200, answer.toString());
  }

  private void verify(HttpExchange exchange) throws IOException {
    JsonNode asked = JSON.readTree(exchange.getRequestBody().readAllBytes());
    byte[] there = storage.get(asked.path("oid").asText());
    boolean right = there != null && there.length == asked.path("size").asInt();
    send(exchange, right ? 200 : 404, "");
  }

  private void commit(HttpExchange exchange, Repository repository) throws IOException {
    Map<String, byte[]> changes = new TreeMap<>();
    String message = null;
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    for (String line : body.split("\n")) {
      JsonNode value = JSON.readTree(line).path("value");
      switch (JSON.readTree(line).path("key").asText()) {
        case "header" -> {
          message = value.path("summary").asText();
          if (!value.path("parentCommit").asText().equals(repository.commit)) {
            send(exchange, 412, "{\"error\":\"A commit has happened since.\"}");
            return;
          }
        }
        case "file" ->
            changes.put(
                value.path("path").asText(),
                Base64.getDecoder().decode(value.path("content").asText()));
        case "lfsFile" -> {
          byte[] content = storage.get(value.path("oid").asText());
          if (content == null || content.length != value.path("size").asInt()) {
            send(exchange, 400, "{\"error\":\"LFS pointer to an object that is not there\"}");
            return;
          }
          changes.put(value.path("path").asText(), content);
        }
        default -> throw new IllegalStateException(line);
      }
    }
    repository.files.putAll(changes);
    repository.messages.add(message);
    repository.commit =
        hash("SHA-1", (repository.commit + message).getBytes(StandardCharsets.UTF_8));
    if (loseCommitAnswer) {
      loseCommitAnswer = false;
      return;
    }
    send(exchange, 200, "{\"commitOid\":\"" + repository.commit + "\"}");
  }

  private boolean isLarge(String path, byte[] content) {
    return path.endsWith(".safetensors") || content.length >= largeFrom;
  }

  /** Content or a range of it, perhaps cut short. */
  private void body(HttpExchange exchange, byte[] content, String tag) throws IOException {
    exchange.getResponseHeaders().set("ETag", "\"" + tag + "\"");
    String range = exchange.getRequestHeaders().getFirst("Range");
    String only = exchange.getRequestHeaders().getFirst("If-Range");
    int from = 0;
    int status = 200;
    if (ranges && range != null && (only == null || !ifRange || only.equals("\"" + tag + "\""))) {
      from = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
      if (from >= content.length) {
        exchange.getResponseHeaders().set("Content-Range", "bytes */" + content.length);
        send(exchange, 416, "");
        return;
      }
      status = 206;
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range",
              "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
    }
    byte[] sent = Arrays.copyOfRange(content, from, content.length);
    int until = (int) cut.applyAsLong(sent.length);
    exchange.sendResponseHeaders(status, sent.length == 0 ? -1 : sent.length);
    OutputStream out = exchange.getResponseBody();
    out.write(sent, 0, until);
    if (until == sent.length) {
      out.close();
    } else {
      out.flush();
    }
  }

  static void send(HttpExchange exchange, int status, String text) throws IOException {
    exchange.getRequestBody().readAllBytes();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
  }

  static String gitBlob(byte[] content) {
    var digest = ContentHash.GIT_BLOB.begin(content.length);
    return HexFormat.of().formatHex(digest.digest(content));
  }

  static String hash(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
