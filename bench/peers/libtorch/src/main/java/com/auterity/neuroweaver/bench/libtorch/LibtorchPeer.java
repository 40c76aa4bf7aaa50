package com.auterity.neuroweaver.bench.libtorch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch as a peer of {@code bench lora-step}: one JSON object on each line of standard input,
 * one answer for each on standard output, until the input ends. {@code op} is one of
 *
 * <ul>
 *   <li>{@code open}: shape, precision, seed, tokens, targets (arrays of equally long rows)
 *   <li>{@code configure}: settings; begins again from the seeded adapter
 *   <li>{@code look}: loss and gradient norm of one step, which is not taken
 *   <li>{@code steps}: count; takes them and answers with the seconds they took
 * </ul>
 *
 * An answer has {@code error} when the request failed.
 */
public final class LibtorchPeer {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Trainer trainer;

  private LibtorchPeer() {}

  public static void main(String[] args) throws IOException {
    PrintStream answers = System.out;
    // Whatever a library prints is no answer.
    System.setOut(System.err);
    LibtorchPeer peer = new LibtorchPeer();
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      Map<String, Object> answer;
      try {
        answer = peer.answer(JSON.readTree(line));
      } catch (Exception | LinkageError | OutOfMemoryError e) {
        e.printStackTrace();
        answer = Map.of("error", String.valueOf(e.getMessage()));
      }
      answers.println(JSON.writeValueAsString(answer));
      answers.flush();
    }
    System.exit(0);
  }

  private Map<String, Object> answer(JsonNode request)
      throws JsonProcessingException, InterruptedException {
    String op = request.path("op").asText();
    switch (op) {
      case "open":
        trainer =
            new Trainer(
                JSON.treeToValue(request.get("shape"), Shape.class),
                request.get("precision").asText(),
                request.get("seed").asLong(),
                JSON.treeToValue(request.get("tokens"), long[][].class),
                JSON.treeToValue(request.get("targets"), long[][].class));
        return Map.of("library", "libtorch 2.10.0", "threads", torch.get_num_threads());
      case "configure":
        trainer.configure(JSON.treeToValue(request.get("settings"), Settings.class));
        return Map.of();
      case "look":
        return outcome(trainer.look());
      case "steps":
        return outcome(trainer.steps(request.get("count").asInt()));
      default:
        throw new IllegalArgumentException("op must be open, configure, look or steps: " + op);
    }
  }

  private static Map<String, Object> outcome(Trainer.Outcome outcome) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("seconds", outcome.seconds());
    answer.put("tokens", outcome.tokens());
    answer.put("loss", outcome.loss());
    answer.put("gradient_norm", outcome.gradientNorm());
    return answer;
  }
}
