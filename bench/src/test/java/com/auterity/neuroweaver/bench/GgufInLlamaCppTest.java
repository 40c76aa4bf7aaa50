package com.auterity.neuroweaver.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.jobs.inference.Generation;
import com.auterity.neuroweaver.jobs.inference.GenerationEngine;
import com.auterity.neuroweaver.jobs.inference.GenerationRequest;
import com.auterity.neuroweaver.jobs.model.GgufModel;
import com.auterity.neuroweaver.jobs.model.GgufType;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.ModelConfig;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.Slice;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What llama.cpp makes of the files that GgufModel writes, beside our float32 engine. */
class GgufInLlamaCppTest {
  private static final int NEW_TOKENS = 48;
  private static final List<String> PROMPTS =
      List.of(
          "The customer brought the car in because the brakes squeal on every stop, and she asked",
          "After the oil change the engine light came on again. The technician checked the sensor and",
          "<|user|>My truck shakes at highway speed since the new tires were mounted last week.<|end|>"
              + "<|assistant|>",
          "A battery that is four years old should be tested before winter, because in the cold it");

  @TempDir static Path folder;

  private static ModelFolder nano;
  private static LlamaModel model;
  private static GgufModel gguf;
  private static LlamaPeerProcess peer;

  @BeforeAll
  static void opens() throws IOException {
    nano = ModelFolder.open(ModelFolder.resolve("nano"));
    model = nano.load(Devices.float32());
    gguf = GgufModel.of(nano);
    peer = new LlamaPeerProcess(folder);
  }

  @AfterAll
  static void closes() throws InterruptedException {
    if (peer != null) {
      peer.close();
    }
    model.close();
  }

  @Test
  void float32ChoosesOurTokens() throws IOException {
    Path file = folder.resolve("nano-f32.gguf");
    gguf.write(file, GgufModel.weights(nano), GgufType.F32);
    load(file, null);
    sameIds(PROMPTS);
    sameIds(List.of("  two  spaces\n\nünïcode 日本 12345 it's I'LL x=1; \t<|end|>", "A", "\n"));
    assertAgree(ours(null), theirs());
  }

  @Test
  void baseAndAdapterChooseOurTokens() throws IOException {
    Path file = folder.resolve("base.gguf");
    gguf.write(file, GgufModel.weights(nano), GgufType.F32);
    LoraAdapter adapter = randomAdapter(nano.config());
    List<Generation> ours = ours(adapter);
    assertNotEquals(pieces(ours(null)), pieces(ours));

    Path beside = folder.resolve("adapter.gguf");
    gguf.writeAdapter(beside, adapter, GgufType.F32);
    load(file, beside);
    assertAgree(ours, theirs());

    Path merged = folder.resolve("merged.gguf");
    gguf.write(merged, GgufModel.merged(GgufModel.weights(nano), adapter), GgufType.F32);
    load(merged, null);
    assertAgree(ours, theirs());

    gguf.writeAdapter(beside, adapter, GgufType.F16);
    load(file, beside);
    assertTrue(sameChoices(ours) >= 0.97);
  }

  @Test
  void quantizedModelsChooseMostOfOurTokens() throws IOException {
    List<Generation> ours = ours(null);
    // Measured at a third of the places: Q8_0 38 of 38, Q4_0 36 of 38 (F16 38 of 38).
    for (GgufType type : List.of(GgufType.Q8_0, GgufType.Q4_0)) {
      Path file = folder.resolve("nano-" + type + ".gguf");
      gguf.write(file, GgufModel.weights(nano), type);
      load(file, null);
      double same = sameChoices(ours);
      assertTrue(same >= (type == GgufType.Q4_0 ? 0.8 : 0.95), type + " chooses " + same);
    }
  }

  /** Without biases and norms of heads, Llama, Mistral and Phi-3 compute the same. */
  @Test
  void familiesOfOneMathematicsChooseAlike() throws IOException {
    ModelConfig shape =
        new ModelConfig(64, 96, 2, 4, 2, 16, 512, 128, 10000, 1e-5, false, false, 1, List.of(2));
    Random random = new Random(6);
    Map<String, MatrixSource> weights = new HashMap<>();
    for (Slice slice : LlamaModel.slices(shape)) {
      float[] values = new float[slice.length()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (0.2 * random.nextGaussian() + (slice.rows() == 1 ? 1 : 0));
      }
      weights.put(slice.name(), MatrixSource.of(values, 0, slice.rows(), slice.cols()));
    }
    LoraAdapter adapter = randomAdapter(shape);
    Set<String> answers = new HashSet<>();
    Set<String> adapted = new HashSet<>();
    for (String family : List.of("LlamaForCausalLM", "MistralForCausalLM", "Phi3ForCausalLM")) {
      GgufModel model = GgufModel.of(shape, family, family);
      Path file = folder.resolve(family + ".gguf");
      model.write(file, weights::get, GgufType.F32);
      load(file, null);
      answers.add(text(4));
      Path beside = folder.resolve(family + "-adapter.gguf");
      model.writeAdapter(beside, adapter, GgufType.F32);
      load(file, beside);
      adapted.add(text(4));
      model.write(file, GgufModel.merged(weights::get, adapter), GgufType.F32);
      load(file, null);
      adapted.add(text(4));
    }
    assertEquals(1, answers.size(), answers.toString());
    assertEquals(1, adapted.size(), adapted.toString());
    assertNotEquals(answers, adapted);
  }

  private static String text(int tokens) throws IOException {
    return peer.get(generate(List.of("abc def"), tokens)).path("texts").get(0).asText();
  }

  @Test
  void streamsAtOnceGetWhatTheyGetAlone() throws IOException {
    Path file = folder.resolve("streams.gguf");
    gguf.write(file, GgufModel.weights(nano), GgufType.Q8_0);
    peer.get(
        LlamaPeerProcess.request("load")
            .put("model", file.toString())
            .put("parallel", PROMPTS.size())
            .put("context", 128));
    ObjectNode request = generate(PROMPTS, 16).put("concurrent", true);
    JsonNode answer = peer.get(request);
    assertEquals(PROMPTS.size(), answer.path("tokens").size());
    answer.path("tokens").forEach(n -> assertEquals(16, n.asInt()));
    assertTrue(answer.path("prefill_seconds").asDouble() > 0, answer.toString());
    assertTrue(answer.path("decode_seconds").asDouble() > 0, answer.toString());
    // Batched sums differ in their last bits, so that a near tie may go the other way.
    assertEquals(answer.path("texts").get(0), peer.get(generate(PROMPTS, 16)).path("texts").get(0));
  }

  @Test
  void whatThePeerCannotDoItSays() throws IOException {
    refused("there is no file", LlamaPeerProcess.request("load").put("model", "/none.gguf"));
    refused("unknown key", LlamaPeerProcess.request("quit").put("now", true));
    refused("op is \"sing\"", LlamaPeerProcess.request("sing"));
  }

  private static void refused(String why, JsonNode request) throws IOException {
    JsonNode answer = peer.ask(request);
    assertFalse(answer.path("ok").asBoolean(true), answer.toString());
    assertTrue(answer.path("error").asText().contains(why), answer.toString());
  }

  private static LoraAdapter randomAdapter(ModelConfig shape) {
    LoraAdapter adapter =
        LoraAdapter.init(shape, new LoraConfig(6, 9, 0, LoraConfig.ALL_MODULES), 3);
    Random random = new Random(4);
    for (Slice slice : adapter.slices()) {
      if (slice.name().contains("lora_B")) {
        for (int i = 0; i < slice.length(); i++) {
          adapter.parameters()[slice.offset() + i] = (float) (0.05 * random.nextGaussian());
        }
      }
    }
    return adapter;
  }

  private static void load(Path model, Path lora) throws IOException {
    ObjectNode request =
        LlamaPeerProcess.request("load")
            .put("model", model.toString())
            .put("context", 256)
            .put("threads", 1)
            .put("cache", "f32");
    if (lora != null) {
      request.put("lora", lora.toString());
    }
    peer.get(request);
  }

  private static void sameIds(List<String> texts) throws IOException {
    for (String text : texts) {
      JsonNode answer = peer.get(LlamaPeerProcess.request("tokenize").put("text", text));
      List<Integer> ids = new ArrayList<>();
      answer.path("ids").forEach(id -> ids.add(id.asInt()));
      assertEquals(Arrays.stream(nano.tokenizer().encode(text)).boxed().toList(), ids, text);
    }
  }

  private static List<Generation> ours(LoraAdapter adapter) {
    int[] ends = nano.config().eosTokenIds().stream().mapToInt(id -> id).toArray();
    List<GenerationRequest> requests = new ArrayList<>();
    for (String prompt : PROMPTS) {
      requests.add(
          new GenerationRequest(nano.tokenizer().encode(prompt), NEW_TOKENS, 0, 0, 1, 0, 2, ends));
    }
    try (GenerationEngine engine = new GenerationEngine(model, adapter, PROMPTS.size())) {
      return engine.generate(requests);
    }
  }

  private static List<List<String>> pieces(List<Generation> generations) {
    return generations.stream()
        .map(g -> Arrays.stream(g.tokens()).mapToObj(nano.tokenizer()::text).toList())
        .toList();
  }

  private static ObjectNode generate(List<?> prompts, int maxTokens) {
    ObjectNode request = LlamaPeerProcess.request("generate").put("max_tokens", maxTokens);
    ArrayNode array = request.putArray("prompts");
    for (Object prompt : prompts) {
      if (prompt instanceof int[] ids) {
        Arrays.stream(ids).forEach(array.addArray()::add);
      } else {
        array.add((String) prompt);
      }
    }
    return request;
  }

  /** The pieces of what llama.cpp generates, without the token that ended it. */
  private static List<List<String>> theirs() throws IOException {
    JsonNode answer = peer.get(generate(PROMPTS, NEW_TOKENS).put("ignore_eos", false));
    List<List<String>> out = new ArrayList<>();
    for (JsonNode pieces : answer.path("pieces")) {
      List<String> texts = new ArrayList<>();
      pieces.forEach(piece -> texts.add(piece.asText()));
      List<String> ends =
          nano.config().eosTokenIds().stream().map(id -> nano.tokenizer().text(id)).toList();
      if (!texts.isEmpty() && ends.contains(texts.get(texts.size() - 1))) {
        texts.remove(texts.size() - 1);
      }
      out.add(texts);
    }
    return out;
  }

  /**
   * Token by token; where our two likeliest lie within 1e-4 of each other either may come, and what
   * follows is no longer compared. At least nine tenths must have been.
   */
  private static void assertAgree(List<Generation> ours, List<List<String>> theirs) {
    int all = 0;
    int compared = 0;
    for (int p = 0; p < ours.size(); p++) {
      List<String> expected = pieces(ours).get(p);
      List<String> found = theirs.get(p);
      all += expected.size();
      for (int i = 0; i < expected.size(); i++) {
        String piece = i < found.size() ? found.get(i) : "(ended)";
        List<Generation.Alternative> two = ours.get(p).alternatives().get(i);
        if (!piece.equals(expected.get(i))
            && two.get(0).probability() - two.get(1).probability() < 1e-4) {
          break;
        }
        assertEquals(expected.get(i), piece, "token " + i + " after: " + PROMPTS.get(p));
        compared++;
      }
    }
    assertTrue(compared >= 0.9 * all && all > NEW_TOKENS, compared + " of " + all);
  }

  /** In how many of our places llama.cpp, fed our tokens, chooses ours; each fifth is asked. */
  private static double sameChoices(List<Generation> ours) throws IOException {
    List<Object> prompts = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int p = 0; p < PROMPTS.size(); p++) {
      int[] prompt = nano.tokenizer().encode(PROMPTS.get(p));
      int[] tokens = ours.get(p).tokens();
      for (int i = 0; i < tokens.length; i += 5) {
        int[] prefix = Arrays.copyOf(prompt, prompt.length + i);
        System.arraycopy(tokens, 0, prefix, prompt.length, i);
        prompts.add(prefix);
        expected.add(nano.tokenizer().text(tokens[i]));
      }
    }
    JsonNode texts = peer.get(generate(prompts, 1).put("ignore_eos", false)).path("texts");
    int same = 0;
    for (int i = 0; i < expected.size(); i++) {
      same += texts.get(i).asText().equals(expected.get(i)) ? 1 : 0;
    }
    return (double) same / expected.size();
  }
}
