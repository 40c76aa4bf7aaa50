package com.auterity.neuroweaver.weaver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.ChatMessage;
import com.auterity.neuroweaver.client.PredictRequest;
import com.auterity.neuroweaver.client.Prediction;
import com.auterity.neuroweaver.client.TokenProbability;
import com.auterity.neuroweaver.costguard.ClaimedCpu;
import com.auterity.neuroweaver.costguard.UsageRow;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.MemoryBlobStore;
import com.auterity.neuroweaver.jobs.inference.GenerationEngine;
import com.auterity.neuroweaver.jobs.inference.GenerationRequest;
import com.auterity.neuroweaver.jobs.inference.LoadedModels;
import com.auterity.neuroweaver.jobs.inference.ServedModel;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.Message;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.PeftAdapter;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictorTest {
  private static final String T = "default";

  @TempDir Path folder;
  private final List<UsageRow> usage = new CopyOnWriteArrayList<>();
  private final ClaimedCpu claimed = new ClaimedCpu();
  private ModelFolder base;
  private MemoryBlobStore blobs;
  private LoraAdapter adapter;
  private ServedModel served;
  private LoadedModels models;
  private Predictor predictor;

  @BeforeEach
  void open() throws Exception {
    base = ModelFolder.open(TinyModelFolder.write(folder.resolve("base"), 1));
    blobs = new MemoryBlobStore(folder.resolve("blobs"));
    adapter = LoraAdapter.init(base.config(), new LoraConfig(4, 8, 0, LoraConfig.ALL_MODULES), 1);
    Random random = new Random(1);
    for (int i = 0; i < adapter.parameters().length; i++) {
      adapter.parameters()[i] = (float) random.nextGaussian() / 4;
    }
    served =
        new ServedModel(
            "advisor",
            "1.0.0",
            "mv_1",
            base.path().toString(),
            base.sha256(),
            blobs.put(PeftAdapter.weightsFile(adapter)),
            blobs.put(PeftAdapter.configFile(adapter, "tiny")),
            "{\"prompt_template\":\"{make}: {words}\"}");
    models = new LoadedModels(blobs, Devices::float32);
    predictor = predictor(64);
  }

  private Predictor predictor(int queueLimit) {
    return new Predictor(
        "n1",
        (tenant, reference) -> {
          if (!reference.equals("advisor")) {
            throw NeuroWeaverException.notFound("no " + reference);
          }
          return new Predictor.Target("advisor", served);
        },
        models,
        new PredictUsage("n1", usage::addAll, claimed, Clock.systemUTC()),
        queueLimit);
  }

  @AfterEach
  void close() {
    predictor.close();
    models.close();
  }

  private static PredictRequest ask(String prompt, int maxTokens, Integer alternatives) {
    return new PredictRequest(
        "advisor", prompt, null, null, maxTokens, null, null, null, null, alternatives);
  }

  @Test
  void answersAsTheEngineDoesWithTheAdapter() {
    Prediction prediction = predictor.predict(T, ask("my brakes squeal", 12, 4));
    try (LlamaModel model = base.load(Devices.float32());
        GenerationEngine engine = new GenerationEngine(model, adapter, 4)) {
      int[] prompt =
          base.tokenizer()
              .encode(base.chatTemplate().render(List.of(Message.user("my brakes squeal")), true));
      var expected =
          engine
              .generate(List.of(new GenerationRequest(prompt, 12, 0, 0, 1, 0, 4, new int[] {4, 0})))
              .get(0);
      assertEquals(base.tokenizer().decode(expected.tokens()), prediction.text());
      assertEquals(prompt.length, prediction.tokensIn());
      assertEquals(expected.tokens().length, prediction.tokensOut());
      assertEquals(
          expected.finishReason().name().toLowerCase(java.util.Locale.ROOT),
          prediction.finishReason());
      for (int i = 0; i < expected.tokens().length; i++) {
        TokenProbability token = prediction.tokens().get(i);
        assertEquals(expected.tokens()[i], token.id());
        assertEquals(expected.probabilities()[i], token.probability(), 1e-6);
        assertEquals(4, token.alternatives().size());
        assertEquals(token.id(), token.alternatives().get(0).id(), "greedy takes the likeliest");
      }
    }
    assertEquals("advisor", prediction.model());
    assertEquals("1.0.0", prediction.modelVersion());
    assertEquals("mv_1", prediction.modelVersionId());
    assertEquals("advisor", prediction.deployment());
    assertEquals("n1", prediction.node());
    assertTrue(prediction.latencyMs() > 0);
  }

  @Test
  void inputsFillTheTemplateOfTraining() {
    PredictRequest inputs =
        new PredictRequest(
            "advisor",
            null,
            null,
            Map.of("make", "Volvo", "words", "it stalls"),
            8,
            null,
            null,
            null,
            null,
            0);
    Prediction byColumns = predictor.predict(T, inputs);
    Prediction byText = predictor.predict(T, ask("Volvo: it stalls", 8, 0));
    assertEquals(byText.text(), byColumns.text());
    assertEquals(byText.tokensIn(), byColumns.tokensIn());
    assertTrue(byColumns.tokens().get(0).alternatives().isEmpty());
    PredictRequest messages =
        new PredictRequest(
            "advisor",
            null,
            List.of(new ChatMessage("user", "Volvo: it stalls")),
            null,
            8,
            null,
            null,
            null,
            null,
            0);
    assertEquals(byText.text(), predictor.predict(T, messages).text());
    PredictRequest half =
        new PredictRequest(
            "advisor", null, null, Map.of("make", "Volvo"), 8, null, null, null, null, 0);
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> predictor.predict(T, half));
    assertTrue(e.getMessage().contains("words"), e.getMessage());
  }

  @Test
  void aPromptLongerThanTheContextIsRefusedWithBothLengths() {
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class, () -> predictor.predict(T, ask("x".repeat(500), 8, 0)));
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    int length =
        base.tokenizer()
            .encode(base.chatTemplate().render(List.of(Message.user("x".repeat(500))), true))
            .length;
    assertTrue(e.getMessage().contains("" + length), e.getMessage());
    assertTrue(e.getMessage().contains("" + base.config().maxPositions()), e.getMessage());
    assertFalse(predictor.predict(T, ask("short", 4, 0)).tokens().isEmpty(), "and goes on");
  }

  @Test
  void badQuestionsAreRefused() {
    assertThrows(NeuroWeaverException.class, () -> predictor.predict(T, ask(" ", 8, 0)));
    assertThrows(NeuroWeaverException.class, () -> predictor.predict(T, ask("a", 0, 0)));
    assertThrows(NeuroWeaverException.class, () -> predictor.predict(T, ask("a", 8, 21)));
    assertThrows(
        NeuroWeaverException.class,
        () ->
            predictor.predict(
                T,
                new PredictRequest(
                    "advisor", "a", null, Map.of("b", 1), 8, null, null, null, null, 0)));
    NeuroWeaverException nobody =
        assertThrows(
            NeuroWeaverException.class,
            () -> predictor.predict(T, PredictRequest.of("nobody", "a")));
    assertEquals(ErrorKind.NOT_FOUND, nobody.kind());
  }

  @Test
  void manyAtOnceGetWhatEachWouldGetAlone() throws Exception {
    List<PredictRequest> requests = new ArrayList<>();
    List<Prediction> alone = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      PredictRequest request =
          new PredictRequest(
              "advisor", "question " + i * 7919, null, null, 3 + i, 0.8, 20, 0.95, (long) i, 2);
      requests.add(request);
      alone.add(predictor.predict(T, request));
    }
    ExecutorService callers = Executors.newFixedThreadPool(8);
    try {
      List<Future<Prediction>> together =
          requests.stream().map(r -> callers.submit(() -> predictor.predict(T, r))).toList();
      for (int i = 0; i < requests.size(); i++) {
        assertEquals(alone.get(i).text(), together.get(i).get().text());
        assertEquals(alone.get(i).tokensOut(), together.get(i).get().tokensOut());
      }
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void beyondTheQueueTheAnswerIsBusy() throws Exception {
    // A loop whose model waits for a latch: what is asked meanwhile piles up in the queue.
    CountDownLatch loading = new CountDownLatch(1);
    LoadedModels slow =
        new LoadedModels(
            blobs,
            () -> {
              try {
                loading.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return Devices.float32();
            });
    try (DecodeLoop loop =
        new DecodeLoop(
            T,
            served,
            slow,
            new PredictUsage("n1", usage::addAll, claimed, Clock.systemUTC()),
            2)) {
      loop.start();
      List<CompletableFuture<DecodeLoop.Answer>> waiting = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        waiting.add(
            loop.submit(
                model -> GenerationRequest.greedy(model.prompt("hello"), 4, model.stopTokens())));
      }
      NeuroWeaverException e =
          assertThrows(NeuroWeaverException.class, () -> loop.submit(model -> null));
      assertEquals(ErrorKind.BUSY, e.kind());
      assertEquals(429, e.kind().httpStatus());
      assertTrue(e.getMessage().contains("2"), e.getMessage());
      loading.countDown();
      for (CompletableFuture<DecodeLoop.Answer> answer : waiting) {
        assertFalse(answer.get().generation().tokens().length > 4);
      }
    }
    slow.close();
  }

  @Test
  void anotherBaseModelThanTheOneOfTrainingIsRefused() {
    ServedModel right = served;
    served =
        new ServedModel(
            right.name(),
            right.version(),
            "mv_other",
            right.baseModel(),
            "0".repeat(64),
            right.adapterBlob(),
            right.adapterConfigBlob(),
            right.promptConfiguration());
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> predictor.predict(T, ask("a", 4, 0)));
    assertEquals(ErrorKind.CONFLICT, e.kind());
    assertTrue(e.getMessage().contains(base.sha256()), e.getMessage());
    served = right;
    assertFalse(predictor.predict(T, ask("a", 4, 0)).tokens().isEmpty());
  }

  @Test
  void usageIsWrittenForEachModelVersion() {
    Prediction one = predictor.predict(T, ask("first", 5, 0));
    Prediction two = predictor.predict(T, ask("second", 6, 0));
    predictor.close();
    assertEquals(1, usage.size());
    UsageRow row = usage.get(0);
    assertEquals("predict", row.kind());
    assertEquals(UsageRow.Role.PREDICT, row.role());
    assertEquals("mv_1", row.modelVersionId());
    assertNull(row.jobId());
    assertEquals(one.tokensIn() + two.tokensIn(), row.tokensIn());
    assertEquals(one.tokensOut() + two.tokensOut(), row.tokensOut());
    assertTrue(row.cpuNanos() > 0);
    assertTrue(row.wallNanos() > 0);
  }

  @Test
  void aClosedPredictorIsUnavailable() {
    predictor.close();
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> predictor.predict(T, ask("a", 4, 0)));
    assertEquals(ErrorKind.UNAVAILABLE, e.kind());
  }
}
