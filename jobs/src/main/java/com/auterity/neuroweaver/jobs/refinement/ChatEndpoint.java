package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.refinement.text.Shown;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Chat completions of an OpenAI-compatible endpoint. 429, 5xx and broken connections are tried
 * again, after twice the time each time or what Retry-After says; 400, 413 and 422 are what this
 * one request is answered; any other status ends the job. The whole of a request has one time
 * limit, an answer has at most 4 MiB, redirects are not followed, and no message holds the key.
 */
final class ChatEndpoint {
  static final int MOST_BYTES = 4 << 20;

  private static final int SHOWN = 300;
  private static final long FIRST_MILLIS = 500;
  private static final long LONGEST_MILLIS = 60_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Waits; a test's counts instead. */
  interface Sleeper {
    void sleep(Duration time) throws InterruptedException;
  }

  private final HttpClient client;
  private final URI address;
  private final String key;
  private final Duration timeout;
  private final int retries;
  private final Sleeper sleeper;

  /**
   * @param key null for none
   */
  ChatEndpoint(
      HttpClient client, URI address, String key, Duration timeout, int retries, Sleeper sleeper) {
    this.client = client;
    this.address = address;
    this.key = key;
    this.timeout = timeout;
    this.retries = retries;
    this.sleeper = sleeper;
  }

  static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(Duration.ofSeconds(20))
        .build();
  }

  /** Asks until there is an answer, or it is certain that there will be none. */
  ChatAnswer ask(String body) throws InterruptedException {
    for (int tried = 1; ; tried++) {
      String failure;
      long wait = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(10, tried - 1));
      boolean busy = false;
      try {
        HttpResponse<byte[]> response = send(body);
        int status = response.statusCode();
        if (response.body() == null) {
          return ChatAnswer.unusable(
              "synthesize_answer_too_large", "the answer has more than " + MOST_BYTES + " bytes");
        }
        if (status == 200) {
          return answer(response.body());
        }
        failure = "status " + status + ": " + shown(response.body());
        if (status == 400 || status == 413 || status == 422) {
          return ChatAnswer.unusable("synthesize_http_" + status, failure);
        }
        if (status != 429 && status < 500) {
          throw new NeuroWeaverException(
              ErrorKind.UNPROCESSABLE,
              what() + " answered " + failure + "; right would be " + right(status),
              Map.of("status", status));
        }
        busy = status == 429;
        wait = retryAfter(response, wait);
      } catch (TimeoutException e) {
        failure = "no whole answer within " + timeout.toSeconds() + " s";
      } catch (ExecutionException e) {
        failure = clean(String.valueOf(e.getCause()));
      }
      if (tried > retries) {
        throw new NeuroWeaverException(
            busy ? ErrorKind.BUSY : ErrorKind.UNAVAILABLE,
            what()
                + " was asked "
                + tried
                + " times, at last: "
                + failure
                + "; what it answered so far is kept, and the job run again goes on from there");
      }
      sleeper.sleep(Duration.ofMillis(wait));
    }
  }

  private String what() {
    return "synthesize: " + address;
  }

  private static String right(int status) {
    return switch (status) {
      case 401, 403 -> "a key_env whose key the endpoint takes for this model";
      case 404, 405 -> "an endpoint below which /chat/completions is, and a model it has";
      default -> "an endpoint that answers by itself, without redirecting";
    };
  }

  private HttpResponse<byte[]> send(String body)
      throws InterruptedException, ExecutionException, TimeoutException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    CompletableFuture<HttpResponse<byte[]>> sent =
        client.sendAsync(request.build(), head -> new BoundedBody());
    try {
      return sent.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      sent.cancel(true);
    }
  }

  private static long retryAfter(HttpResponse<?> response, long otherwise) {
    String asked = response.headers().firstValue("Retry-After").orElse("");
    return asked.matches("\\d{1,6}")
        ? Math.min(LONGEST_MILLIS, 1000 * Long.parseLong(asked))
        : otherwise;
  }

  private ChatAnswer answer(byte[] body) {
    JsonNode root;
    try {
      root = JSON.readTree(body);
    } catch (IOException e) {
      root = null;
    }
    JsonNode choice = root == null ? null : root.path("choices").path(0);
    JsonNode content = choice == null ? null : choice.path("message").path("content");
    if (content == null || !content.isTextual()) {
      return ChatAnswer.unusable(
          "synthesize_no_completion", "the answer is no chat completion: " + shown(body));
    }
    JsonNode usage = root.path("usage");
    if (choice.path("finish_reason").asText().equals("length")) {
      return new ChatAnswer(
          null,
          "synthesize_cut_off",
          "the answer was cut off at max_tokens",
          usage.path("prompt_tokens").asLong(),
          usage.path("completion_tokens").asLong());
    }
    return new ChatAnswer(
        content.asText(),
        null,
        null,
        usage.path("prompt_tokens").asLong(),
        usage.path("completion_tokens").asLong());
  }

  private String shown(byte[] body) {
    String text = new String(body, 0, Math.min(body.length, 8 * SHOWN), StandardCharsets.UTF_8);
    try {
      JsonNode message = JSON.readTree(body).path("error").path("message");
      text = message.isTextual() ? message.asText() : text;
    } catch (JsonProcessingException e) {
      // What is no JSON is shown as it is.
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return Shown.brief(clean(text).strip().replaceAll("\\s+", " "), SHOWN);
  }

  private String clean(String text) {
    return key == null ? text : text.replace(key, "[key]");
  }

  /** A body up to its limit; null beyond it, and nothing more is read. */
  private static final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Flow.Subscription subscription;

    @Override
    public CompletionStage<byte[]> getBody() {
      return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      for (ByteBuffer buffer : buffers) {
        if (bytes.size() + buffer.remaining() > MOST_BYTES) {
          subscription.cancel();
          whole.complete(null);
          return;
        }
        byte[] part = new byte[buffer.remaining()];
        buffer.get(part);
        bytes.writeBytes(part);
      }
    }

    @Override
    public void onError(Throwable error) {
      whole.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
      whole.complete(bytes.toByteArray());
    }
  }
}
