package com.auterity.neuroweaver.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** llama.cpp's side of {@code generate}: one process with one model. */
final class LlamaCpp implements AutoCloseable {
  static final String NAME = "llama.cpp (de.kherud:llama 4.2.0)";
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final PeerProcess process;

  /** How a model is loaded; what the parts mean stands in bench/peers/llama. */
  record Settings(int threads, int parallel, int context, boolean flashAttention) {
    Map<String, Object> request(Path model) {
      Map<String, Object> request = new LinkedHashMap<>();
      request.put("op", "load");
      request.put("model", model.toString());
      request.put("threads", threads);
      request.put("parallel", parallel);
      request.put("context", context);
      request.put("flash_attention", flashAttention);
      return request;
    }

    Map<String, Object> json() {
      return Map.of("threads", threads, "parallel", parallel, "flash_attention", flashAttention);
    }
  }

  LlamaCpp(String classpath) {
    process =
        PeerProcess.start(
            "llama.cpp",
            classpath,
            "com.auterity.neuroweaver.bench.llama.LlamaPeer",
            List.of("-Xmx512m"),
            Map.of());
  }

  /** Loads a GGUF file in place of the one before. */
  void load(Path model, Settings settings) throws InterruptedException {
    process.ask(settings.request(model), PATIENCE);
  }

  /** The text of the token that follows each prompt, one prompt after the other. */
  List<String> first(List<int[]> prompts) throws InterruptedException {
    List<String> texts = new ArrayList<>();
    generate(prompts, 1, false).get("texts").forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /** Prompt tokens a second. */
  double prefill(int[] prompt) throws InterruptedException {
    JsonNode answer = generate(List.of(prompt), 1, false);
    return prompt.length / answer.get("prefill_seconds").asDouble();
  }

  /** Tokens a second of all streams together, from the second of each on. */
  double decode(List<int[]> prompts, int tokens) throws InterruptedException {
    JsonNode answer = generate(prompts, tokens, true);
    int came = 0;
    for (JsonNode count : answer.get("tokens")) {
      came += count.asInt() - 1;
    }
    return came / answer.get("decode_seconds").asDouble();
  }

  private JsonNode generate(List<int[]> prompts, int tokens, boolean concurrent)
      throws InterruptedException {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("op", "generate");
    request.put("prompts", prompts);
    request.put("max_tokens", tokens);
    request.put("concurrent", concurrent);
    return process.ask(request, PATIENCE);
  }

  @Override
  public void close() {
    process.close();
  }
}
