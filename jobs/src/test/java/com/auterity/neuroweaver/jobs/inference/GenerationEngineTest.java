package com.auterity.neuroweaver.jobs.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.ModelConfig;
import com.auterity.neuroweaver.jobs.model.Stories260K;
import com.auterity.neuroweaver.jobs.tensor.Device;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.jobs.tensor.TestDevice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class GenerationEngineTest {
  private static final ModelConfig CONFIG =
      new ModelConfig(96, 160, 3, 6, 2, 16, 211, 80, 10000, 1e-5, true, false, 1, List.of(2));

  private static LlamaModel random(Device device) {
    Map<String, float[]> weights = LlamaModel.initialWeights(CONFIG, 3);
    weights.forEach(
        (name, values) -> {
          if (!name.endsWith("norm.weight")) {
            for (int i = 0; i < values.length; i++) {
              values[i] *= 8;
            }
          }
        });
    return LlamaModel.of(CONFIG, weights, device);
  }

  @ParameterizedTest
  @EnumSource(TestDevice.class)
  void decodesStories260KToItsPublishedIdsInFloat32(TestDevice kind) throws IOException {
    Assumptions.assumeTrue(kind != TestDevice.CPU_BF16, "the ids are those of float32");
    int[] ids = Stories260K.greedyIds();
    Device device = kind.get();
    try (LlamaModel model = LlamaModel.of(Stories260K.config(), Stories260K.weights(), device);
        GenerationEngine engine = new GenerationEngine(model, null, 4)) {
      // Four quarters at once: together they choose every id, and the first from the beginning.
      List<GenerationRequest> requests = new ArrayList<>();
      int quarter = ids.length / 4;
      for (int from = 0; from < 4 * quarter; from += quarter) {
        requests.add(
            GenerationRequest.greedy(
                Arrays.copyOf(ids, from + 1), Math.min(quarter, ids.length - 1 - from)));
      }
      List<Generation> answers = engine.generate(requests);
      for (int i = 0; i < answers.size(); i++) {
        int from = i * quarter + 1;
        assertArrayEquals(
            Arrays.copyOfRange(ids, from, Math.min(ids.length, from + quarter)),
            answers.get(i).tokens());
      }
    }
  }

  @Test
  void decodesStories260KToItsPublishedIdsWithAndWithoutAFreshAdapter() throws IOException {
    int[] ids = Stories260K.greedyIds();
    int[] expected = Arrays.copyOfRange(ids, 1, ids.length);
    ModelConfig config = Stories260K.config();
    LoraAdapter fresh =
        LoraAdapter.init(config, new LoraConfig(8, 16, 0.1, LoraConfig.ALL_MODULES), 4);
    try (LlamaModel model = LlamaModel.of(config, Stories260K.weights(), Devices.float32())) {
      for (LoraAdapter adapter : new LoraAdapter[] {null, fresh}) {
        try (GenerationEngine engine = new GenerationEngine(model, adapter, 2)) {
          List<Generation> answers =
              engine.generate(
                  List.of(
                      GenerationRequest.greedy(new int[] {ids[0]}, expected.length),
                      GenerationRequest.greedy(Arrays.copyOf(ids, 21), expected.length - 20)));
          assertArrayEquals(expected, answers.get(0).tokens());
          assertArrayEquals(
              Arrays.copyOfRange(expected, 20, expected.length), answers.get(1).tokens());
          assertEquals(Generation.FinishReason.LENGTH, answers.get(0).finishReason());
        }
      }
    }
  }

  @Test
  void aRequestGetsTheSameBytesAloneAndInAnyBatch() {
    Random random = new Random(1);
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < 23; i++) {
      int[] prompt = random.ints(1 + random.nextInt(40), 0, CONFIG.vocabSize()).toArray();
      requests.add(
          new GenerationRequest(
              prompt,
              1 + random.nextInt(30),
              i % 3 == 0 ? 0 : 0.9,
              i % 4 * 10,
              i % 2 == 0 ? 1 : 0.8,
              i,
              3,
              new int[] {2, 7}));
    }
    for (Device device : List.of(Devices.float32(), Devices.best())) {
      try (LlamaModel model = random(device);
          GenerationEngine alone = new GenerationEngine(model, null, 1);
          GenerationEngine many = new GenerationEngine(model, null, 16)) {
        List<Generation> together = many.generate(requests);
        for (int i = 0; i < requests.size(); i++) {
          Generation single = alone.generate(List.of(requests.get(i))).get(0);
          assertArrayEquals(single.tokens(), together.get(i).tokens());
          assertArrayEquals(single.probabilities(), together.get(i).probabilities());
          assertEquals(single.alternatives(), together.get(i).alternatives());
          assertEquals(single.finishReason(), together.get(i).finishReason());
        }
      }
    }
  }

  @Test
  void cachedDecodingAgreesWithPrefillOfTheWholeText() {
    try (LlamaModel model = random(Devices.float32());
        GenerationEngine engine = new GenerationEngine(model, null, 4)) {
      int[] prompt = {5, 9, 100, 33, 7, 8};
      Generation whole = engine.generate(List.of(GenerationRequest.greedy(prompt, 20))).get(0);
      int[] text = Arrays.copyOf(prompt, prompt.length + 20);
      System.arraycopy(whole.tokens(), 0, text, prompt.length, 20);
      for (int n = 1; n < 20; n++) {
        Generation one =
            engine
                .generate(
                    List.of(GenerationRequest.greedy(Arrays.copyOf(text, prompt.length + n), 1)))
                .get(0);
        assertEquals(whole.tokens()[n], one.tokens()[0]);
        assertEquals(whole.probabilities()[n], one.probabilities()[0], 1e-5);
      }
    }
  }

  @Test
  void endsAtStopTokensAtTheContextAndWhenCancelled() {
    try (LlamaModel model = random(Devices.best());
        GenerationEngine engine = new GenerationEngine(model, null, 2)) {
      int[] prompt = {5, 9, 100};
      Generation free = engine.generate(List.of(GenerationRequest.greedy(prompt, 500))).get(0);
      assertEquals(Generation.FinishReason.LENGTH, free.finishReason());
      assertEquals(CONFIG.maxPositions() - prompt.length + 1, free.tokens().length);
      assertEquals(3, free.promptTokens());

      int stop = free.tokens()[6];
      int first = 0;
      while (free.tokens()[first] != stop) {
        first++;
      }
      Generation stopped =
          engine.generate(List.of(GenerationRequest.greedy(prompt, 500, stop))).get(0);
      assertEquals(Generation.FinishReason.STOP, stopped.finishReason());
      assertArrayEquals(Arrays.copyOf(free.tokens(), first), stopped.tokens());

      AtomicInteger asked = new AtomicInteger();
      List<Generation> cancelled =
          engine.generate(
              List.of(
                  GenerationRequest.greedy(prompt, 500),
                  GenerationRequest.greedy(prompt, 2),
                  GenerationRequest.greedy(prompt, 500)),
              () -> asked.incrementAndGet() > 5);
      assertEquals(Generation.FinishReason.CANCELLED, cancelled.get(0).finishReason());
      assertEquals(Generation.FinishReason.LENGTH, cancelled.get(1).finishReason());
      assertEquals(Generation.FinishReason.CANCELLED, cancelled.get(2).finishReason());
      assertTrue(cancelled.get(0).tokens().length > 0);
    }
  }

  @Test
  void refusesAPromptLongerThanTheContext() {
    try (LlamaModel model = random(Devices.best());
        GenerationEngine engine = new GenerationEngine(model, null, 2)) {
      NeuroWeaverException refused =
          assertThrows(
              NeuroWeaverException.class,
              () -> engine.generate(List.of(GenerationRequest.greedy(new int[81], 3))));
      assertEquals(ErrorKind.INVALID_INPUT, refused.kind());
      assertTrue(refused.getMessage().contains("81 tokens"), refused.getMessage());
      assertTrue(refused.getMessage().contains("80"), refused.getMessage());
    }
  }

  @Test
  void probabilitiesAreTheModelsAndAlternativesAreSorted() {
    try (LlamaModel model = random(Devices.best());
        GenerationEngine engine = new GenerationEngine(model, null, 2)) {
      Generation g =
          engine
              .generate(
                  List.of(
                      new GenerationRequest(
                          new int[] {4, 5}, 12, 0, 0, 1, 0, CONFIG.vocabSize(), new int[0])))
              .get(0);
      for (int i = 0; i < g.tokens().length; i++) {
        double sum = 0;
        float before = 1;
        for (Generation.Alternative a : g.alternatives().get(i)) {
          assertTrue(a.probability() <= before);
          before = a.probability();
          sum += a.probability();
        }
        assertEquals(1, sum, 1e-4);
        assertEquals(g.tokens()[i], g.alternatives().get(i).get(0).token());
        assertEquals(g.probabilities()[i], g.alternatives().get(i).get(0).probability());
      }
    }
  }

  @Test
  void takesRequestsFromAFeedWhileOthersDecodeAndFailsOnlyTheBadOne() {
    try (LlamaModel model = random(Devices.best());
        GenerationEngine engine = new GenerationEngine(model, null, 2)) {
      int[] prompt = {5, 9, 100};
      List<RecordingTicket> tickets =
          List.of(
              new RecordingTicket(GenerationRequest.greedy(prompt, 9)),
              new RecordingTicket(GenerationRequest.greedy(new int[81], 9)),
              new RecordingTicket(GenerationRequest.greedy(prompt, 30)),
              new RecordingTicket(GenerationRequest.greedy(prompt, 12)));
      AtomicInteger asked = new AtomicInteger();
      AtomicInteger given = new AtomicInteger();
      // Every other time there is nothing, as with requests that come later.
      engine.run(
          () ->
              given.get() < tickets.size() && asked.getAndIncrement() % 2 == 0
                  ? tickets.get(given.getAndIncrement())
                  : null);
      assertEquals(9, tickets.get(0).answer.tokens().length);
      assertTrue(tickets.get(1).problem.getMessage().contains("81 tokens"));
      assertEquals(30, tickets.get(2).answer.tokens().length);
      assertEquals(12, tickets.get(3).answer.tokens().length);
      assertArrayEquals(
          tickets.get(3).answer.tokens(), Arrays.copyOf(tickets.get(2).answer.tokens(), 12));
    }
  }

  private static final class RecordingTicket implements GenerationFeed.Ticket {
    private final GenerationRequest request;
    private Generation answer;
    private RuntimeException problem;

    RecordingTicket(GenerationRequest request) {
      this.request = request;
    }

    @Override
    public GenerationRequest request() {
      return request;
    }

    @Override
    public boolean cancelled() {
      return false;
    }

    @Override
    public void complete(Generation generation) {
      answer = generation;
    }

    @Override
    public void fail(RuntimeException failure) {
      problem = failure;
    }
  }
}
