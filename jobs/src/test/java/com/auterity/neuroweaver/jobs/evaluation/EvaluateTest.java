package com.auterity.neuroweaver.jobs.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.store.MemoryBlobStore;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.LoraGradient;
import com.auterity.neuroweaver.jobs.model.MicroBatch;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.PeftAdapter;
import com.auterity.neuroweaver.jobs.model.Result;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.jobs.training.PromptFormat;
import com.auterity.neuroweaver.jobs.training.TinyDataset;
import com.auterity.neuroweaver.jobs.training.TinyModelFolder;
import com.auterity.neuroweaver.jobs.training.VirtualGrid;
import com.auterity.neuroweaver.jobs.training.VirtualJob;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateTest {
  @TempDir Path folder;

  private final MemoryChunkStore chunks = new MemoryChunkStore();
  private final MemoryDatasetCatalog datasets = new MemoryDatasetCatalog(4);
  private final List<String> questions = new ArrayList<>();
  private MemoryBlobStore blobs;
  private EvaluateHandler handler;
  private ModelFolder model;
  private LoraAdapter adapter;
  private AdapterSource.AdapterFiles files;

  @BeforeEach
  void prepare() throws IOException {
    blobs = new MemoryBlobStore(folder.resolve("blobs"));
    model = ModelFolder.open(TinyModelFolder.write(folder.resolve("model"), 5));
    adapter = LoraAdapter.init(model.config(), new LoraConfig(2, 8, 0, LoraConfig.ALL_MODULES), 3);
    Random random = new Random(4);
    for (int i = 0; i < adapter.parameters().length; i++) {
      adapter.parameters()[i] = (float) random.nextGaussian() * 0.3f;
    }
    files =
        new AdapterSource.AdapterFiles(
            blobs.put(PeftAdapter.weightsFile(adapter)),
            blobs.put(PeftAdapter.configFile(adapter, "tiny")));
    handler =
        new EvaluateHandler(
            datasets,
            (tenant, reference) ->
                reference.equals("advisor@1.0.0") ? Optional.of(files) : Optional.empty());
    for (int i = 0; i < 22; i++) {
      questions.add((i % 2 == 0 ? "brake noise " : "oil light ") + i);
    }
    TinyDataset.load(datasets, chunks, "held", questions, EvaluateTest::answer);
  }

  private static String answer(String question) {
    return "{\"op_code\":\"%s\",\"n\":1}".formatted(question.startsWith("brake") ? "BR" : "OIL");
  }

  @Test
  void perplexityIsThatOfEveryAnswerAlone() throws Exception {
    ObjectNode result = run(2, json -> json.put("adapter", "advisor@1.0.0"));
    assertEquals(perplexity(null), result.at("/before/perplexity").doubleValue(), 1e-3);
    assertEquals(perplexity(adapter), result.at("/after/perplexity").doubleValue(), 1e-3);
    assertEquals(result.at("/after/perplexity"), result.get("perplexity"));
    assertNotEquals(result.at("/after/perplexity"), result.at("/before/perplexity"));
    assertEquals(22, result.get("rows").intValue());
    assertEquals(0, result.at("/after/op_code_accuracy").doubleValue());
    assertEquals(0, result.at("/before/valid_json").doubleValue());
    assertEquals(3, result.get("samples").size());
    assertEquals(
        answer(result.at("/samples/0/prompt").textValue()),
        result.at("/samples/0/expected").textValue());
    assertTrue(result.at("/samples/0/after").isTextual());
  }

  @Test
  void figuresDoNotDependOnTheGrid() throws Exception {
    ObjectNode one = run(1, json -> json.put("adapter", "advisor@1.0.0"));
    ObjectNode three = run(3, json -> json.put("adapter", "advisor@1.0.0"));
    for (String part : List.of("before", "after", "samples")) {
      assertEquals(one.get(part), three.get(part));
    }
  }

  @Test
  void theAdapterMayBeATrainingsResult() throws Exception {
    ObjectNode result =
        run(
            1,
            json ->
                json.putObject("adapter")
                    .put("adapter_blob", files.adapterBlob())
                    .put("adapter_config_blob", files.adapterConfigBlob())
                    .put("steps", 3));
    assertEquals(perplexity(adapter), result.get("perplexity").doubleValue(), 1e-3);
    ObjectNode alone = run(1, json -> {});
    assertFalse(alone.has("after"));
    assertEquals(alone.at("/before/perplexity"), alone.get("perplexity"));
  }

  @Test
  void aLimitTakesRowsFromAllPartitions() throws Exception {
    ObjectNode result = run(2, json -> json.put("limit", 5).put("samples", 9));
    assertEquals(5, result.get("rows").intValue());
    assertEquals(5, result.get("samples").size());
  }

  @Test
  void aNodeThatLeavesIsReplaced() throws Exception {
    ObjectNode calm = run(1, json -> {});
    try (VirtualGrid grid = new VirtualGrid(3, 1, datasets, chunks, blobs)) {
      grid.killAtFirstCall("n2");
      ObjectNode result = handler.run(job(json -> {}).run(grid));
      assertEquals(calm.get("before"), result.get("before"));
      assertEquals(2, grid.nodes().size());
    }
  }

  @Test
  void keywordsFittedOnOtherRowsAreMeasuredBeside() throws Exception {
    TinyDataset.load(
        datasets,
        chunks,
        "training",
        List.of("brake squeals", "my brake pedal", "oil spot", "the oil leaks"),
        EvaluateTest::answer);
    ObjectNode result =
        run(1, json -> json.putObject("keyword_baseline").put("fit_on", "training"));
    assertEquals(1.0, result.get("keyword_baseline").doubleValue());
  }

  @Test
  void plainAnswersHaveNoFiguresAboutJson() throws Exception {
    TinyDataset.load(
        datasets, chunks, "codes", List.of("P0117", "P0118"), code -> "Coolant " + code);
    ObjectNode result = run(1, json -> json.put("dataset", "codes"));
    assertTrue(result.get("valid_json").isNull());
    assertTrue(result.get("op_code_accuracy").isNull());
    assertEquals(0, result.get("exact_match").doubleValue());
    assertTrue(result.get("perplexity").doubleValue() > 1);
  }

  @Test
  void impossibleRequestsAreRefused() {
    refused(ErrorKind.NOT_FOUND, "nobody", json -> json.put("adapter", "nobody"));
    refused(ErrorKind.INVALID_INPUT, "adapter must be", json -> json.putObject("adapter"));
    refused(ErrorKind.NOT_FOUND, "missing", json -> json.put("dataset", "missing"));
    refused(ErrorKind.INVALID_INPUT, "column 'x'", json -> json.put("answer_column", "x"));
    refused(
        ErrorKind.INVALID_INPUT,
        "unknown key 'fit'",
        json -> json.putObject("keyword_baseline").put("fit_on", "held").put("fit", 1));
    refused(ErrorKind.INVALID_INPUT, "max_tokens", json -> json.put("max_tokens", 0));
  }

  private void refused(ErrorKind kind, String why, Consumer<ObjectNode> change) {
    ObjectNode parameters = parameters(change);
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> handler.validate("default", parameters));
    assertEquals(kind, e.kind());
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  private double perplexity(LoraAdapter with) {
    PromptFormat format = new PromptFormat("{question}", null, "answer");
    double sum = 0;
    long targets = 0;
    try (LlamaModel weights = model.load(Devices.best())) {
      for (int i = 0; i < questions.size(); i++) {
        PromptFormat.Example example =
            format.example(
                model, TinyDataset.SCHEMA, new Row(i, questions.get(i), answer(questions.get(i))));
        MicroBatch whole = MicroBatch.ofText(example.tokens());
        int[] answers = whole.targets().clone();
        for (int t = 0; t < example.promptLength() - 1; t++) {
          answers[t] = -1;
        }
        Result result =
            new LoraGradient(weights)
                .loss(
                    with,
                    new MicroBatch(whole.tokens(), answers, whole.positions(), whole.segments()));
        sum += result.lossSum();
        targets += result.targetTokens();
      }
    }
    return Math.exp(sum / targets);
  }

  private ObjectNode run(int nodes, Consumer<ObjectNode> change) throws Exception {
    VirtualJob job = job(change);
    try (VirtualGrid grid = new VirtualGrid(nodes, 2, datasets, chunks, blobs)) {
      return handler.run(job.run(grid));
    }
  }

  private VirtualJob job(Consumer<ObjectNode> change) {
    ObjectNode parameters = parameters(change);
    handler.validate("default", parameters);
    return new VirtualJob("job_1", parameters, datasets, chunks, blobs);
  }

  private ObjectNode parameters(Consumer<ObjectNode> change) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("base_model", model.path().toString()).put("dataset", "held");
    json.put("prompt_column", "question").put("answer_column", "answer");
    json.put("max_tokens", 12).put("samples", 3);
    change.accept(json);
    return json;
  }
}
