package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.automotive.Dirt;
import com.auterity.neuroweaver.datasets.automotive.ServiceRequests;
import com.auterity.neuroweaver.datasets.automotive.Split;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.MemoryBlobStore;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.StoredRows;
import com.auterity.neuroweaver.jobs.inference.ModelSource;
import com.auterity.neuroweaver.jobs.inference.ServedModel;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.LoraGradient;
import com.auterity.neuroweaver.jobs.model.MicroBatch;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.PeftAdapter;
import com.auterity.neuroweaver.jobs.model.Result;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.jobs.training.VirtualGrid;
import com.auterity.neuroweaver.jobs.training.VirtualJob;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PerplexityFilterTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Column.of("kind", ColumnType.STRING),
              Column.of("t", ColumnType.STRING),
              Column.of("n", ColumnType.INT64)));
  private static final List<String> BOILERPLATE =
      List.of(
          "Copyright (c) 2019-2024 All rights reserved | Privacy | Terms | Cookies | Sitemap",
          "<div class=\"nav\"><a href=\"#\">Home</a> &raquo; <a href=\"#\">Log in</a></div>",
          "JavaScript is disabled. Enable JavaScript & reload :: ERR_0x80070057 [retry] [x]");

  private final ModelFolder nano = ModelFolder.open(ModelFolder.resolve("nano"));
  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(4);
  private final MemoryChunkStore chunks = new MemoryChunkStore();
  private final RefineHandler handler =
      new RefineHandler(catalog, new Registered(), null, List.of());
  private MemoryBlobStore blobs;

  @TempDir Path folder;

  @BeforeEach
  void fill() {
    blobs = new MemoryBlobStore(folder);
    List<Row> rows = new ArrayList<>();
    Random random = new Random(5);
    for (Iterator<Map<String, Object>> all = new ServiceRequests(7, 24, Split.TRAIN, Dirt.none());
        all.hasNext(); ) {
      String text = (String) all.next().get("customer_text");
      rows.add(new Row(rows.size(), "clean", text, 1L));
      rows.add(new Row(rows.size(), "shuffled", shuffled(text, random), 1L));
    }
    for (String text : BOILERPLATE) {
      rows.add(new Row(rows.size(), "boilerplate", text, 1L));
    }
    rows.add(new Row(rows.size(), "empty", null, 1L));
    rows.add(new Row(rows.size(), "empty", "  ", 1L));
    store("raw", rows);
  }

  /** The same letters, in another order. */
  private static String shuffled(String text, Random random) {
    List<Character> letters = new ArrayList<>();
    for (char letter : text.toCharArray()) {
      letters.add(letter);
    }
    Collections.shuffle(letters, random);
    StringBuilder out = new StringBuilder();
    letters.forEach(out::append);
    return out.toString();
  }

  /** The base model under a registered name. */
  private final class Registered implements ModelSource {
    @Override
    public ServedModel model(String tenant, String reference) {
      if (reference.equals("tuned")) {
        return new ServedModel(
            "tuned",
            "2.0.0",
            "mv_2",
            "nano",
            nano.sha256(),
            blobs.put(PeftAdapter.weightsFile(adapter())),
            blobs.put(PeftAdapter.configFile(adapter(), "nano")),
            "{}");
      }
      if (!reference.equals("advisor@1.0.0")) {
        throw NeuroWeaverException.notFound("there is no model '" + reference + "'");
      }
      return new ServedModel("advisor", "1.0.0", "mv_1", "nano", nano.sha256(), null, null, "{}");
    }

    @Override
    public ServedModel deployment(String tenant, String name) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void aRowsScoreIsTheLossThatTheModelMeasuresOnItAlone() throws Exception {
    run(
        "scored",
        1,
        1,
        "[{\"stage\":\"perplexity_filter\",\"base_model\":\"nano\",\"columns\":[\"t\"],"
            + "\"measure\":\"loss\",\"score_column\":\"loss\"}]");
    List<Row> rows = read("scored");
    assertEquals(53, rows.size());
    try (LlamaModel model = nano.load(Devices.best())) {
      LoraGradient forward = new LoraGradient(model);
      for (Row row : rows) {
        if (row.text(0).equals("empty")) {
          assertNull(row.get(3));
          continue;
        }
        Result alone =
            forward.loss(
                null, MicroBatch.ofText(nano.tokenizer().encode("<|endoftext|>" + row.text(1))));
        double loss = alone.lossSum() / alone.targetTokens();
        assertEquals(loss, (double) row.get(3), 0.01 * loss);
      }
    }
  }

  /** An adapter that changes something: a fresh one has zeros for B. */
  private LoraAdapter adapter() {
    LoraAdapter adapter =
        LoraAdapter.init(nano.config(), new LoraConfig(4, 8, 0, List.of("q_proj", "down_proj")), 8);
    Random random = new Random(3);
    for (int i = 0; i < adapter.parameters().length; i++) {
      adapter.parameters()[i] += (float) (0.15 * random.nextGaussian());
    }
    return adapter;
  }

  @Test
  void aRegisteredModelScoresWithItsAdapter() throws Exception {
    run(
        "tuned",
        1,
        1,
        "[{\"stage\":\"perplexity_filter\",\"model\":\"tuned\",\"columns\":[\"t\"],"
            + "\"measure\":\"loss\",\"score_column\":\"loss\",\"max_tokens\":24}]");
    int differ = 0;
    try (LlamaModel model = nano.load(Devices.best())) {
      LoraGradient forward = new LoraGradient(model);
      for (Row row : read("tuned").subList(0, 10)) {
        int[] ids = nano.tokenizer().encode("<|endoftext|>" + row.text(1));
        MicroBatch text = MicroBatch.ofText(Arrays.copyOf(ids, Math.min(24, ids.length)));
        Result tuned = forward.loss(adapter(), text);
        double loss = tuned.lossSum() / tuned.targetTokens();
        assertEquals(loss, (double) row.get(3), 0.01 * loss);
        double base = forward.loss(null, text).lossSum() / tuned.targetTokens();
        differ += Math.abs(base - loss) > 0.02 * loss ? 1 : 0;
      }
    }
    assertTrue(differ >= 5, differ + " of 10 losses differ from the base model's");
  }

  @Test
  void dirtyTextScoresWorseThanServiceRequestsAndGoesFirst() throws Exception {
    ObjectNode result =
        run(
            "best",
            1,
            2,
            "[{\"stage\":\"perplexity_filter\",\"base_model\":\"nano\",\"columns\":[\"t\"],"
                + "\"score_column\":\"perplexity\",\"drop_highest\":0.5}]");
    List<Row> kept = read("best");
    List<Row> rejects = read("best_rejects");
    double worstKept =
        kept.stream()
            .filter(row -> row.get(3) != null)
            .mapToDouble(row -> (double) row.get(3))
            .max()
            .orElseThrow();
    JsonNode scores = result.get("stages").findValue("report");
    System.out.println("perplexity of clean and dirty rows: " + scores);
    assertEquals(51, scores.get("scored").asInt());
    assertEquals(worstKept, scores.get("drop_above").asDouble(), 1e-3);
    assertEquals(25, rejects.size());
    assertEquals(25, result.get("rejected").get("highest_perplexity").asInt());
    long clean = rejects.stream().filter(row -> row.text(0).equals("clean")).count();
    assertTrue(clean <= 1, clean + " clean rows were dropped");
    assertTrue(rejects.get(0).text(6).startsWith("perplexity is "), rejects.get(0).text(6));
    assertEquals(2, kept.stream().filter(row -> row.text(0).equals("empty")).count());
  }

  @Test
  void anyNodesAndThreadsWriteTheSameBytes() throws Exception {
    String recipe =
        "[{\"stage\":\"normalize\",\"columns\":[\"t\"]},"
            + "{\"stage\":\"perplexity_filter\",\"base_model\":\"nano\",\"columns\":[\"t\"],"
            + "\"score_column\":\"perplexity\",\"drop_highest\":0.2,\"drop_lowest\":0.1}]";
    ObjectNode one = run("one", 1, 1, recipe);
    ObjectNode three = run("three", 3, 2, recipe);
    VirtualJob job = job("job_killed", "killed", recipe);
    ObjectNode killed;
    try (VirtualGrid grid = new VirtualGrid(2, 1, catalog, chunks, blobs)) {
      grid.killAtFirstCall("n2");
      killed = handler.run(job.run(grid));
    }
    assertEquals(one.get("stages"), three.get("stages"));
    assertEquals(one.get("stages"), killed.get("stages"));
    assertFalse(read("one_rejects").isEmpty());
    for (String other : List.of("three", "killed")) {
      assertEquals(checksums("one"), checksums(other));
      assertEquals(checksums("one_rejects"), checksums(other + "_rejects"));
    }
  }

  @Test
  void boundsRejectWithReasonAndScore() throws Exception {
    ObjectNode result =
        run(
            "bounded",
            1,
            1,
            "[{\"stage\":\"perplexity_filter\",\"model\":\"advisor@1.0.0\",\"columns\":[\"t\"],"
                + "\"measure\":\"loss\",\"min\":2,\"max\":6,\"max_tokens\":16}]");
    assertEquals("advisor@1.0.0", result.get("stages").findValue("report").get("model").asText());
    List<Row> rejects = read("bounded_rejects");
    assertFalse(rejects.isEmpty());
    for (Row row : rejects) {
      double loss = Double.parseDouble(row.text(5).split("[ ,]+")[2]);
      assertEquals(loss > 6 ? "high_loss" : "low_loss", row.text(4));
      assertTrue(loss > 6 || loss < 2, row.text(5));
    }
    assertEquals(53, rejects.size() + read("bounded").size());
  }

  @Test
  void aTextOfTenMillionCharactersIsCutBeforeItIsTokenized() {
    int start = PerplexityScorer.start(nano);
    String text = "ab😀 ".repeat(2_000_000);
    List<int[]> samples =
        PerplexityScorer.samples(nano, start, new Row(0, text, text), List.of(0, 1), 64);
    assertEquals(64, samples.stream().mapToInt(sample -> sample.length).sum());
    assertEquals(start, samples.get(0)[0]);
    String blanks = "x" + " ".repeat(10_000_000);
    int tokens =
        PerplexityScorer.samples(nano, start, new Row(0, blanks), List.of(0), 64).get(0).length;
    assertTrue(tokens >= 2 && tokens <= 64, tokens + " tokens");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"columns\":[\"t\"],\"max\":9 | names no model; right would be one of model (a registered one), base_model (a folder)",
        "\"base_model\":\"nano\",\"model\":\"advisor\",\"columns\":[\"t\"],\"max\":9 | has both model and base_model",
        "\"base_model\":\"nono\",\"columns\":[\"t\"],\"max\":9 | there is no base model 'nono'",
        "\"model\":\"nono\",\"columns\":[\"t\"],\"max\":9 | there is no model 'nono'",
        "\"base_model\":{\"label\":\"nano\"},\"columns\":[\"t\"],\"max\":9 | base_model.base_model is missing; right would be a text",
        "\"base_model\":\"nano\",\"columns\":[\"u\"],\"max\":9 | names the column \"u\", which the dataset does not have",
        "\"base_model\":\"nano\",\"columns\":[\"n\"],\"max\":9 | names n, a column of INT64; right would be text columns only",
        "\"base_model\":\"nano\",\"columns\":[\"t\"] | filters nothing; right would be at least one of max, min, drop_highest, drop_lowest, score_column",
        "\"base_model\":\"nano\",\"columns\":[\"t\"],\"max\":2,\"min\":3 | has min 3.0 above max 2.0",
        "\"base_model\":\"nano\",\"columns\":[\"t\"],\"max\":2,\"max_tokens\":100000 | max_tokens is 100000, but nano reads 1024 tokens at most",
        "\"base_model\":\"nano\",\"columns\":[\"t\"],\"drop_highest\":0.6,\"drop_lowest\":0.6 | right would be shares that are 1 at most together",
        "\"base_model\":\"nano\",\"columns\":[\"t\"],\"score_column\":\"kind\" | adds the column \"kind\", which is there already",
        "\"base_model\":\"nano\",\"columns\":[\"t\"],\"maxx\":9,\"max\":9 | has the unknown key \"maxx\"",
      })
  void refusesBeforeAnythingRuns(String knobs, String message) {
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () -> job("job_x", "x", "[{\"stage\":\"perplexity_filter\"," + knobs + "}]"));
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }

  @Test
  void aPinnedModelIsForJobsToWriteNotForUsers() {
    String pinned =
        "{\"label\":\"nano\",\"base_model\":\"nano\",\"sha256\":\"" + nano.sha256() + "\"}";
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                job(
                    "job_x",
                    "x",
                    "[{\"stage\":\"perplexity_filter\",\"columns\":[\"t\"],\"max\":9,"
                        + "\"base_model\":"
                        + pinned
                        + "}]"));
    assertTrue(error.getMessage().contains("right would be a text"), error.getMessage());
  }

  @Test
  void nodesOfDifferentNumericsDoNotScoreTogether() {
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                ScoringModels.numerics(
                    List.of(new GridNode("a", "avx2", 1), new GridNode("b", "avx512", 1))));
    assertEquals(ErrorKind.CONFLICT, error.kind());
    assertTrue(error.getMessage().contains("[avx2, avx512]"), error.getMessage());
  }

  @Test
  void scoresCrossAsTheyAre() {
    Random random = new Random(3);
    long[] ordinals = random.longs(500, 0, Long.MAX_VALUE).distinct().toArray();
    float[] scores = new float[ordinals.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = random.nextFloat();
    }
    RowScores there = RowScores.ofBytes(new RowScores(ordinals, scores).toBytes());
    for (int i = 0; i < scores.length; i++) {
      assertEquals(scores[i], there.of(ordinals[i]));
    }
    assertTrue(Float.isNaN(there.of(-1)));
  }

  private ObjectNode run(String as, int nodes, int workers, String recipe) throws Exception {
    VirtualJob job = job("job_" + as, as, recipe);
    try (VirtualGrid grid = new VirtualGrid(nodes, workers, catalog, chunks, blobs)) {
      return handler.run(job.run(grid));
    }
  }

  private VirtualJob job(String id, String as, String recipe) throws JsonProcessingException {
    ObjectNode parameters = JSON.createObjectNode().put("dataset", "raw").put("as", as);
    parameters.set("stages", JSON.readTree(recipe));
    handler.validate("default", parameters);
    return new VirtualJob(id, parameters, catalog, chunks, blobs);
  }

  private void store(String name, List<Row> rows) {
    StoredRows.store(catalog, chunks, name, SCHEMA, null, rows);
  }

  private List<Row> read(String name) {
    Manifest manifest = catalog.get("default", name);
    DatasetReader reader = new DatasetReader(catalog, chunks);
    List<Row> rows = new ArrayList<>();
    for (int p = 0; p < manifest.partitions(); p++) {
      rows.addAll(reader.partition(manifest, p));
    }
    return rows;
  }

  private List<String> checksums(String name) {
    return StoredRows.checksums(catalog, name);
  }
}
