package com.auterity.neuroweaver.jobs.hub;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Requests to a hub and to the storage it points to: redirects followed by hand so that the token
 * stays with the hub, answers turned into data or into the error that says what to do. Texts name
 * addresses without their query, where signatures stand.
 */
final class HubHttp {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final int JSON_LIMIT = 32 << 20;
  private static final int ERROR_LIMIT = 64 << 10;
  private static final int REDIRECTS = 5;
  private static final long SLOWEST_UPLOAD_BYTES_PER_SECOND = 32 << 10;
  private static final Set<Integer> REDIRECT = Set.of(301, 302, 303, 307, 308);

  /** Work that may fail and be done again. */
  interface Attempt<T> {
    T run() throws IOException, InterruptedException;
  }

  private final HttpClient client;
  private final HubAccess access;
  private final Surroundings surroundings;

  HubHttp(HubAccess access, Surroundings surroundings) {
    this.access = access;
    this.surroundings = surroundings;
    // HTTP/1.1: each large file then has a connection of its own, and no upgrade is tried.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(surroundings.patience())
            .build();
  }

  HubAccess access() {
    return access;
  }

  /** Sends a request, as often as {@link Backoff} allows, and reads the JSON it answers with. */
  JsonNode json(String what, HubCall call) throws InterruptedException {
    return json(what, call, answer -> {});
  }

  /** What is done with an answer's head before its body is read. */
  interface Head {
    void look(HubAnswer answer);
  }

  JsonNode json(String what, HubCall call, Head head) throws InterruptedException {
    return retrying(
        what,
        () -> {
          try (HubAnswer answer = follow(what, call)) {
            if (!answer.ok()) {
              throw refusal(what, answer);
            }
            head.look(answer);
            return parse(what, answer);
          }
        });
  }

  /** Sends a request whose answer holds nothing of interest but that it was granted. */
  void done(String what, HubCall call) throws InterruptedException {
    retrying(
        what,
        () -> {
          try (HubAnswer answer = follow(what, call)) {
            if (!answer.ok()) {
              throw refusal(what, answer);
            }
            return null;
          }
        });
  }

  <T> T retrying(String what, Attempt<T> attempt) throws InterruptedException {
    Backoff backoff = surroundings.backoff();
    while (true) {
      try {
        return attempt.run();
      } catch (IOException e) {
        backoff.failed(what, e);
      }
    }
  }

  /** One exchange; a GET follows redirects, anything else must not meet one. */
  HubAnswer follow(String what, HubCall call) throws IOException, InterruptedException {
    HttpHeaders first = null;
    URI uri = call.uri();
    for (int hops = 0; ; hops++) {
      HubAnswer answer = once(what, call, uri, first);
      if (!REDIRECT.contains(answer.status())) {
        return answer;
      }
      answer.close();
      first = answer.first();
      URI target = target(what, uri, answer);
      if (!call.method().equals("GET")) {
        throw new NeuroWeaverException(
            ErrorKind.UNPROCESSABLE,
            "%s: the hub sends the request on to %s; was the repository renamed? Name the new one"
                .formatted(what, withoutQuery(target)));
      }
      if (hops == REDIRECTS) {
        throw lie(
            what, "more than " + REDIRECTS + " redirects, the last to " + withoutQuery(target));
      }
      uri = target;
    }
  }

  private static URI target(String what, URI from, HubAnswer answer) {
    String location =
        answer.header("Location").orElseThrow(() -> lie(what, "a redirect without Location"));
    URI target;
    try {
      target = from.resolve(new URI(location));
    } catch (URISyntaxException e) {
      throw lie(what, "a redirect to something that is no address");
    }
    String scheme = String.valueOf(target.getScheme()).toLowerCase(Locale.ROOT);
    if (target.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
      throw lie(what, "a redirect to " + withoutQuery(target) + ", which is no web address");
    }
    if ("https".equalsIgnoreCase(from.getScheme()) && scheme.equals("http")) {
      throw lie(what, "a redirect from https to http, to " + withoutQuery(target));
    }
    return target;
  }

  private HubAnswer once(String what, HubCall call, URI uri, HttpHeaders first)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(call.method(), call.body().get())
            .timeout(
                surroundings
                    .patience()
                    .plusSeconds(call.bodyBytes() / SLOWEST_UPLOAD_BYTES_PER_SECOND))
            .setHeader("User-Agent", "neuroweaver")
            .setHeader("Accept-Encoding", "identity");
    call.headers().forEach(request::setHeader);
    access.authorizationFor(uri).ifPresent(value -> request.setHeader("Authorization", value));
    HttpResponse<StreamedBody> response =
        client.send(request.build(), head -> new StreamedBody(surroundings.stall()));
    HttpHeaders headers = response.headers();
    HubAnswer answer =
        new HubAnswer(
            response.statusCode(), uri, headers, first == null ? headers : first, response.body());
    Optional<String> encoding =
        answer.header("Content-Encoding").filter(e -> !e.equalsIgnoreCase("identity"));
    if (answer.ok() && encoding.isPresent()) {
      answer.close();
      throw lie(what, "content encoded as " + plain(encoding.get()) + ", which was not asked for");
    }
    return answer;
  }

  /** The error for an answer that is neither data nor a redirect; an IOException may be retried. */
  NeuroWeaverException refusal(String what, HubAnswer answer)
      throws IOException, InterruptedException {
    String said = said(answer);
    int status = answer.status();
    if (status == 429 || status == 408 || status >= 500) {
      throw new BusyHubException(
          status, retryAfter(answer), "%s answered %d%s".formatted(who(answer), status, said));
    }
    String code = answer.header("X-Error-Code").orElse("");
    boolean own = access.isOwn(answer.uri());
    String reason;
    ErrorKind kind = ErrorKind.UNPROCESSABLE;
    if (own && status == 401) {
      kind = ErrorKind.INVALID_INPUT;
      reason =
          access.hasToken()
              ? "the hub refuses the token of HF_TOKEN"
              : "the hub lets nobody unknown do that, or there is no such repository; set HF_TOKEN";
    } else if (own && status == 403) {
      kind = ErrorKind.INVALID_INPUT;
      reason =
          code.equals("GatedRepo")
              ? "access to it has to be asked for on the hub's page first"
              : "whoever HF_TOKEN stands for may not do that";
    } else if (status == 404 || status == 410) {
      kind = ErrorKind.NOT_FOUND;
      reason =
          switch (code) {
            case "RepoNotFound" -> "the hub has no such repository, or hides it from us";
            case "RevisionNotFound" -> "the repository has no such revision";
            case "EntryNotFound" -> "the repository has no such file";
            default -> who(answer) + " has no " + withoutQuery(answer.uri());
          };
    } else if (status == 409 || status == 412) {
      kind = ErrorKind.CONFLICT;
      reason = "somebody else changed the repository meanwhile";
    } else if (status == 413) {
      kind = ErrorKind.TOO_LARGE;
      reason = who(answer) + " finds it too large";
    } else {
      reason = who(answer) + " refuses";
    }
    return new NeuroWeaverException(
        kind, "%s: %s (%d%s)".formatted(what, reason, status, said), Map.of("status", status));
  }

  /** A server that contradicts itself or the protocol. */
  static NeuroWeaverException lie(String what, String found) {
    return new NeuroWeaverException(
        ErrorKind.CORRUPT, "%s: the server cannot be trusted: %s".formatted(what, found));
  }

  static String withoutQuery(URI uri) {
    String text = uri.toString();
    int end = text.indexOf('?');
    return plain(end < 0 ? text : text.substring(0, end));
  }

  /** A server's words, on one line and not too many of them. */
  static String plain(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() <= 300 ? line : line.substring(0, 300) + "...";
  }

  private String who(HubAnswer answer) {
    return access.isOwn(answer.uri()) ? "the hub" : "the hub's storage";
  }

  private String said(HubAnswer answer) throws InterruptedException {
    String message = answer.header("X-Error-Message").orElse("");
    if (message.isEmpty()) {
      try {
        JsonNode error = JSON.readTree(answer.body().readAll(ERROR_LIMIT)).path("error");
        message = error.isTextual() ? error.asText() : error.path("message").asText("");
      } catch (IOException e) {
        // The status says enough; what else stood there was no JSON, or did not arrive.
        message = "";
      }
    }
    return message.isEmpty() ? "" : ": " + plain(access.withoutToken(message));
  }

  private Optional<Duration> retryAfter(HubAnswer answer) {
    return answer
        .header("Retry-After")
        .flatMap(
            text -> {
              if (text.strip().matches("\\d{1,9}")) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(text.strip())));
              }
              try {
                Duration wait =
                    Duration.between(
                        surroundings.clock().instant(),
                        ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
                return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
              } catch (DateTimeException e) {
                return Optional.empty();
              }
            });
  }

  private JsonNode parse(String what, HubAnswer answer) throws IOException, InterruptedException {
    byte[] bytes;
    try {
      bytes = answer.body().readAll(JSON_LIMIT);
    } catch (StreamedBody.TooLongException e) {
      throw lie(what, "an answer of " + e.getMessage());
    }
    try {
      return bytes.length == 0 ? JSON.missingNode() : JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      String begin = new String(bytes, 0, Math.min(bytes.length, 60), StandardCharsets.UTF_8);
      throw lie(
          what,
          "%s answered with something that is no JSON: %s; is HF_ENDPOINT a model hub?"
              .formatted(withoutQuery(answer.uri()), plain(access.withoutToken(begin))));
    }
  }
}
