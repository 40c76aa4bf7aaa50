package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.LocalGrid;
import com.auterity.neuroweaver.jobs.grid.StoredRows;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.Tokenizer;
import com.auterity.neuroweaver.jobs.refinement.similarity.Centres;
import com.auterity.neuroweaver.jobs.refinement.similarity.TextFeatures;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SampleTest {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
          .build();
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Column.of("kind", ColumnType.STRING),
              Column.of("text", ColumnType.STRING),
              Column.of("score", ColumnType.FLOAT64)));
  private static final int DIMENSIONS = 64;

  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(8);
  private final MemoryChunkStore chunks = new MemoryChunkStore();
  private final LocalGrid grid = new LocalGrid(catalog, chunks);
  private final RefineHandler handler = new RefineHandler(catalog);

  @AfterEach
  void stop() {
    grid.close();
  }

  // ---- by chance

  @Test
  void choosesExactlySoManyRowsAndOthersForAnotherSeed() throws Exception {
    store(kinds(1_000));
    run("by_rows", "{method: 'random', rows: 137}");
    run("by_share", "{method: 'random', fraction: 0.25}");
    run("other_seed", "{method: 'random', rows: 137, seed: 2}");
    run("all", "{method: 'random', rows: 5000}");
    assertEquals(137, ordinals("by_rows").size());
    assertEquals(863, read("by_rows_rejects").size());
    assertEquals(250, ordinals("by_share").size());
    assertTrue(ordinals("by_share").containsAll(ordinals("by_rows")), "more is not a superset");
    assertEquals(1_000, ordinals("all").size());
    assertNotEquals(ordinals("by_rows"), ordinals("other_seed"));
    Row reject = read("by_rows_rejects").get(0);
    assertEquals("sample", reject.text(3));
    assertEquals("not_sampled", reject.text(4));
    assertEquals("137 of 1000 rows are chosen", reject.text(5));
  }

  @Test
  void everyRowHasTheSameChance() throws Exception {
    store(kinds(400));
    int[] chosen = new int[400];
    for (int seed = 0; seed < 60; seed++) {
      Settled settled = settled("{method: 'random', fraction: 0.5, seed: " + seed + "}");
      settled.chosen.forEach(ordinal -> chosen[(int) (long) ordinal]++);
    }
    // Binomial of 60 draws at one half: standard deviation 3.9.
    double squares = Arrays.stream(chosen).mapToDouble(n -> (n - 30) * (n - 30)).sum() / 400;
    assertEquals(15, squares, 3.5);
  }

  @Test
  void countsWhatItDropsWithoutKeepingItWhenToldTo() throws Exception {
    store(kinds(500));
    ObjectNode result = run("some", "{method: 'random', rows: 20, keep_rejects: false}");
    assertEquals(480, result.get("rejected").get("not_sampled").asInt());
    assertEquals(0, read("some_rejects").size());
    assertEquals(20, ordinals("some").size());
  }

  @Test
  void choosesAmongRowsThatEnterTheStage() throws Exception {
    store(kinds(600));
    runStages(
        "some",
        "[{stage: 'range_check', columns: {score: {min: 300}}},"
            + "{stage: 'sample', method: 'random', fraction: 0.1},"
            + "{stage: 'sample', method: 'random', rows: 7}]");
    assertEquals(7, ordinals("some").size());
    assertTrue(ordinals("some").stream().allMatch(o -> o >= 300), ordinals("some").toString());
    assertEquals(
        Map.of("range_score", 300L, "not_sampled", 293L),
        read("some_rejects").stream()
            .collect(Collectors.groupingBy(r -> r.text(4), Collectors.counting())));
  }

  // ---- strata

  @Test
  void givesEachStratumItsShare() throws Exception {
    store(kinds(1_000)); // a 700, b 200, c 90, (empty) 10
    run("proportional", "{method: 'stratified', by: 'kind', fraction: 0.1}");
    assertEquals(Map.of("a", 70, "b", 20, "c", 9, "(empty)", 1), perKind("proportional"));
    run("equal", "{method: 'stratified', by: ['kind'], allocation: 'equal', rows: 101}");
    // 25 for each of four, (empty) has 10: the others share what is left.
    assertEquals(Map.of("a", 31, "b", 30, "c", 30, "(empty)", 10), perKind("equal"));
    run("counted", "{method: 'stratified', by: 'kind', counts: {a: 5, c: 500}}");
    assertEquals(Map.of("a", 5, "c", 90), perKind("counted"));
    run("capped", "{method: 'stratified', by: 'kind', counts: {a: 5}, per_stratum: 50}");
    assertEquals(Map.of("a", 5, "b", 50, "c", 50, "(empty)", 10), perKind("capped"));
    assertTrue(
        read("capped_rejects").stream()
            .anyMatch(r -> "b: 50 of 200 rows are chosen".equals(r.text(5))));
  }

  @Test
  void tellsOfEachStratumInTheResult() throws Exception {
    store(kinds(1_000));
    ObjectNode result = run("some", "{method: 'stratified', by: 'kind', fraction: 0.1}");
    JsonNode report = result.get("stages").findValue("report");
    assertEquals("sample", report.get("stage").asText());
    assertEquals(1_000, report.get("rows").asInt());
    assertEquals(100, report.get("rows_chosen").asInt());
    assertEquals(
        "{\"name\":\"b\",\"rows\":200,\"rows_chosen\":20}", report.get("strata").get(2).toString());
  }

  @Test
  void coversInLabelsWhatTheRecipeMasksLater() throws Exception {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      rows.add(new Row(i, i % 2 == 0 ? "pia.lund@fjord.example.org" : "none", "t", 1.0));
    }
    store(rows);
    ObjectNode result =
        runStages(
            "some",
            "[{stage: 'sample', method: 'stratified', by: 'kind', rows: 10},"
                + "{stage: 'mask_personal_data', columns: ['kind']}]");
    assertFalse(result.toString().contains("pia.lund"), result.toString());
    for (Row reject : read("some_rejects")) {
      assertFalse(reject.toString().contains("pia.lund"), reject.toString());
    }
  }

  // ---- mixtures

  @Test
  void mixesByWeightWithinRounding() throws Exception {
    store(kinds(1_000));
    run("mixed", "{method: 'mixture', column: 'kind', weights: {a: 1, b: 2, c: 1}, rows: 101}");
    assertEquals(Map.of("a", 25, "b", 51, "c", 25), perKind("mixed"));
    // Without a size: the largest sample that holds the weights; c has 90 rows.
    run("largest", "{method: 'mixture', column: 'kind', weights: {a: 0.5, b: 0.25, c: 0.25}}");
    assertEquals(Map.of("a", 180, "b", 90, "c", 90), perKind("largest"));
    // More than a value has: the others fill up.
    run("filled", "{method: 'mixture', column: 'kind', weights: {b: 1, c: 1}, rows: 250}");
    assertEquals(Map.of("b", 160, "c", 90), perKind("filled"));
  }

  @Test
  void temperatureDrawsSharesTogether() throws Exception {
    store(kinds(1_000));
    run("as_it_is", "{method: 'mixture', column: 'kind', temperature: 1, rows: 100}");
    assertEquals(Map.of("a", 70, "b", 20, "c", 9, "(empty)", 1), perKind("as_it_is"));
    run("drawn", "{method: 'mixture', column: 'kind', temperature: 2, rows: 100}");
    double[] roots = {Math.sqrt(700), Math.sqrt(200), Math.sqrt(90), Math.sqrt(10)};
    double sum = Arrays.stream(roots).sum();
    Map<String, Integer> kinds = perKind("drawn");
    List<String> names = List.of("a", "b", "c", "(empty)");
    for (int i = 0; i < 4; i++) {
      assertEquals(100 * roots[i] / sum, kinds.get(names.get(i)), 1, kinds.toString());
    }
  }

  @Test
  void refusesValuesThatNoRowHas() {
    store(kinds(100));
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () -> run("x", "{method: 'mixture', column: 'kind', weights: {a: 1, bb: 1}}"));
    assertEquals(ErrorKind.INVALID_INPUT, error.kind());
    assertEquals(
        "stages[0] (sample).weights names \"bb\", which no row has; right would be some of"
            + " (empty), a, b, c",
        error.getMessage());
    assertFalse(catalog.find("default", "x").isPresent());
  }

  @Test
  void refusesMoreStrataThanCanBeTold() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < Sample.MOST_STRATA + 1; i++) {
      rows.add(new Row(i, "k" + i, "t", 1.0));
    }
    store(rows);
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () -> run("x", "{method: 'stratified', by: 'kind', fraction: 0.5}"));
    assertTrue(error.getMessage().contains("more than 10000"), error.getMessage());
  }

  // ---- scores

  @Test
  void choosesByAColumn() throws Exception {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 101; i++) {
      rows.add(new Row(i, "k", "t", i % 10 == 0 ? null : (double) (i * 37 % 101)));
    }
    store(rows);
    List<Row> scored =
        rows.stream()
            .filter(r -> r.get(2) != null)
            .sorted(Comparator.comparingDouble(r -> (double) r.get(2)))
            .toList();
    run("lowest", "{method: 'score', column: 'score', order: 'lowest', rows: 9}");
    assertEquals(ordinalsOf(scored.subList(0, 9)), ordinals("lowest"));
    run("highest", "{method: 'score', column: 'score', order: 'highest', rows: 9}");
    assertEquals(ordinalsOf(scored.subList(81, 90)), ordinals("highest"));
    run("middle", "{method: 'score', column: 'score', order: 'middle', rows: 10}");
    assertEquals(ordinalsOf(scored.subList(40, 50)), ordinals("middle"));
    // Rows without a value only when nothing else is left.
    run("more", "{method: 'score', column: 'score', order: 'lowest', rows: 95}");
    assertTrue(ordinals("more").containsAll(ordinalsOf(scored)));
  }

  // ---- budgets

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{method: 'random', ",
        "{method: 'stratified', by: 'kind', ",
        "{method: 'stratified', by: 'kind', allocation: 'equal', ",
        "{method: 'mixture', column: 'kind', weights: {a: 1, b: 3}, ",
        "{method: 'score', column: 'score', order: 'highest', ",
        "{method: 'kmeans', columns: ['text'], clusters: 5, dimensions: 64, ",
        "{method: 'diversity', columns: ['text'], dimensions: 64, "
      })
  void staysWithinTheBudgetAndUsesItUp(String method) throws Exception {
    store(texts(3, 900));
    ObjectNode result =
        run("some", method + "max_tokens: 2500, count: 'words', token_columns: ['text']}");
    long used = read("some").stream().mapToLong(r -> words(r.text(1))).sum();
    assertTrue(used <= 2_500, "used " + used);
    assertTrue(used >= 2_450, "used " + used);
    JsonNode report = result.get("stages").findValue("report");
    assertEquals(used, report.get("tokens_chosen").asLong());
    assertEquals(2_500, report.get("max_tokens").asInt());
    for (Row reject : read("some_rejects")) {
      boolean judgedByLength = !method.contains("mixture") || !"c".equals(reject.text(0));
      boolean wordless = words(reject.text(1)) == 0;
      assertTrue(
          !judgedByLength
              || wordless
              || reject.text(0) == null
              || words(reject.text(1)) > 2_500 - used,
          "would have fitted: " + reject);
    }
  }

  @Test
  void dividesTheBudgetAsTheWeightsSay() throws Exception {
    store(texts(3, 3_000));
    run(
        "some",
        "{method: 'mixture', column: 'kind', weights: {a: 1, b: 3}, max_tokens: 4000,"
            + " count: 'words', token_columns: ['text']}");
    Map<String, Integer> used = new TreeMap<>();
    read("some").forEach(r -> used.merge(r.text(0), words(r.text(1)), Integer::sum));
    assertEquals(Set.of("a", "b"), used.keySet());
    assertEquals(1_000, used.get("a"), 60);
    assertEquals(3_000, used.get("b"), 60);
  }

  @Test
  void countsAsTheModelsTokenizerDoes() throws Exception {
    store(texts(3, 300));
    ObjectNode result =
        run("some", "{method: 'random', max_tokens: 1500, tokenizer: 'nano', rows: 200}");
    Tokenizer tokenizer = ModelFolder.open(ModelFolder.resolve("nano")).tokenizer();
    long used = 0;
    for (Row row : read("some")) {
      for (int column : new int[] {0, 1}) {
        String text = row.text(column);
        used += text == null ? 0 : tokenizer.encode(text).length;
      }
    }
    assertTrue(used <= 1_500 && used > 1_450, "used " + used);
    assertEquals(used, result.get("stages").findValue("report").get("tokens_chosen").asLong());
  }

  @Test
  void countsAQuarterOfTheBytesAndOnlyTheColumnsTold() throws Exception {
    store(List.of(new Row(0, "k", "caf\u00e9!", 1.0), new Row(1, "k", null, 1.0)));
    ObjectNode result =
        run(
            "some",
            "{method: 'random', max_tokens: 9, count: 'quarter_bytes', token_columns: ['text']}");
    assertEquals(2, result.get("stages").findValue("report").get("tokens").asInt());
  }

  // ---- clusters

  @Test
  void clustersAsPlainKMeansDoesOnTheSameFeatures() throws Exception {
    List<Row> rows = texts(21, 1_200);
    store(rows);
    int k = 12;
    Settled settled =
        settled(
            "{method: 'kmeans', columns: ['text'], clusters: 12, dimensions: 64, iterations: 25,"
                + " rows: 60, seed: 5}");
    List<byte[]> vectors = new ArrayList<>();
    List<Integer> worded = new ArrayList<>();
    TextFeatures features = new TextFeatures(List.of(1), DIMENSIONS, 2);
    for (Row row : rows) {
      byte[] vector = new byte[DIMENSIONS];
      if (features.of(row, vector, 0)) {
        worded.add(vectors.size());
      }
      vectors.add(vector);
    }
    long[] chance = chance(rows, 5);
    List<byte[]> pool =
        worded.stream().sorted(Comparator.comparingLong(i -> chance[i])).map(vectors::get).toList();
    List<long[]> centres = plainSeeds(pool, k, 5);
    int[] nearest = new int[rows.size()];
    for (int i = 0; i < 25; i++) {
      long[][] sums = new long[k][DIMENSIONS];
      long[] counts = new long[k];
      for (int row : worded) {
        int c = plainNearest(vectors.get(row), centres);
        counts[c]++;
        for (int d = 0; d < DIMENSIONS; d++) {
          sums[c][d] += vectors.get(row)[d];
        }
      }
      for (int c = 0; c < k; c++) {
        for (int d = 0; d < DIMENSIONS && counts[c] > 0; d++) {
          centres.get(c)[d] = (long) Math.floor(64.0 * sums[c][d] / counts[c] + 0.5);
        }
      }
    }
    Map<Integer, Integer> sizes = new TreeMap<>();
    for (int row : worded) {
      nearest[row] = plainNearest(vectors.get(row), centres);
      sizes.merge(nearest[row], 1, Integer::sum);
    }
    int compared = 0;
    for (Map.Entry<Long, String> reject : settled.details.entrySet()) {
      int row = (int) (long) reject.getKey();
      if (!worded.contains(row)) {
        assertEquals("without a word", reject.getValue());
        continue;
      }
      assertTrue(
          reject.getValue().startsWith("cluster " + nearest[row] + ": "),
          reject + " but " + nearest[row]);
      double distance = Math.sqrt(plainDistance(vectors.get(row), centres.get(nearest[row])));
      assertTrue(
          reject
              .getValue()
              .endsWith("distance %.3f to its centre".formatted((float) (distance / 64 / 127))),
          reject + " but " + distance / 64 / 127);
      compared++;
    }
    assertTrue(compared > 1_000, "compared " + compared);
    assertEquals(60, settled.chosen.size());
    for (int c = 0; c < k; c++) {
      int of = c;
      long chosen = settled.chosen.stream().filter(o -> nearest[(int) (long) o] == of).count();
      assertEquals(Math.min(5, sizes.getOrDefault(c, 0)), chosen, "cluster " + c);
    }
  }

  @Test
  void picksTheNearestAndThoseInBetween() throws Exception {
    store(texts(21, 600).stream().filter(row -> words(row.text(1)) > 0).toList());
    String knobs =
        "{method: 'kmeans', columns: ['text'], clusters: 1, dimensions: 64, rows: 5, pick: '%s'}";
    Settled nearest = settled(knobs.formatted("nearest"));
    double least =
        nearest.details.values().stream().mapToDouble(SampleTest::distance).min().orElseThrow();
    Settled spread = settled(knobs.formatted("spread"));
    double[] all =
        nearest.details.values().stream().mapToDouble(SampleTest::distance).sorted().toArray();
    List<Double> taken = new ArrayList<>();
    for (long ordinal : spread.chosen) {
      String detail = nearest.details.get(ordinal);
      taken.add(detail == null ? least : distance(detail));
    }
    taken.sort(null);
    // Of five, one near the centre, one beyond three quarters, one between.
    assertTrue(taken.get(0) <= all[all.length / 10], taken.toString());
    assertTrue(taken.get(4) >= all[all.length * 7 / 10], taken.toString());
    assertTrue(
        taken.get(2) > all[all.length / 4] && taken.get(2) < all[all.length * 3 / 4],
        taken.toString());
    for (long ordinal : nearest.chosen) {
      String detail = spread.details.get(ordinal);
      assertTrue(detail == null || distance(detail) <= least + 0.0011, detail + " " + least);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'{method: \"kmeans\", columns: [\"text\"], clusters: 60, rows: 60, seed: %d}'",
    "'{method: \"diversity\", columns: [\"text\"], rows: 60, seed: %d}'"
  })
  void coversRareTopicsThatChanceMisses(String knobs) throws Exception {
    List<Row> rows = topics(30, 2_000);
    store(rows);
    double covered = 0;
    double byChance = 0;
    for (int seed = 1; seed <= 3; seed++) {
      covered += kinds(settled(knobs.formatted(seed)).chosen, rows);
      byChance += kinds(settled("{method: 'random', rows: 60, seed: " + seed + "}").chosen, rows);
    }
    System.out.printf("topics of 30 in 60 rows: %.1f, by chance %.1f%n", covered / 3, byChance / 3);
    assertTrue(covered / 3 >= 20, "covers " + covered / 3);
    assertTrue(covered / 3 >= byChance / 3 + 8, covered / 3 + " against " + byChance / 3);
  }

  // ---- farthest first

  @Test
  void choosesWhatPlainFarthestFirstChooses() throws Exception {
    List<Row> rows = texts(8, 2_000);
    store(rows);
    Settled settled =
        settled(
            "{method: 'diversity', columns: ['text'], dimensions: 64, rows: 300, seed: 9,"
                + " max_tokens: 4000, count: 'words'}");
    List<byte[]> vectors = new ArrayList<>();
    boolean[] eligible = new boolean[rows.size()];
    TextFeatures features = new TextFeatures(List.of(1), DIMENSIONS, 2);
    for (int i = 0; i < eligible.length; i++) {
      byte[] vector = new byte[DIMENSIONS];
      eligible[i] = features.of(rows.get(i), vector, 0);
      vectors.add(vector);
    }
    long[] chance = chance(rows, 9);
    Set<Long> expected = new HashSet<>();
    long[] nearest = new long[rows.size()];
    Arrays.fill(nearest, Long.MAX_VALUE);
    int left = 4_000;
    while (expected.size() < 300) {
      int best = -1;
      for (int i = 0; i < nearest.length; i++) {
        if (eligible[i]
            && nearest[i] > 0
            && words(rows.get(i).text(1)) <= left
            && (best < 0
                || nearest[i] > nearest[best]
                || (nearest[i] == nearest[best] && chance[i] < chance[best]))) {
          best = i;
        }
      }
      if (best < 0) {
        break;
      }
      expected.add((long) best);
      left -= words(rows.get(best).text(1));
      for (int i = 0; i < nearest.length; i++) {
        long sum = 0;
        for (int d = 0; d < DIMENSIONS; d++) {
          long difference = vectors.get(i)[d] - vectors.get(best)[d];
          sum += difference * difference;
        }
        nearest[i] = Math.min(nearest[i], sum);
      }
    }
    assertEquals(expected, new HashSet<>(settled.chosen));
    assertTrue(expected.size() > 100, "chose " + expected.size());
  }

  @Test
  void choosesNoCopiesHoweverManyAreWanted() throws Exception {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      rows.add(new Row(i, "k", i % 50 == 7 ? " " : "noise number " + i % 20, 1.0));
    }
    store(rows);
    Settled settled = settled("{method: 'diversity', columns: ['text'], rows: 100}");
    assertEquals(20, settled.chosen.size());
    assertEquals("without a word", settled.details.get(57L));
    assertTrue(
        settled.details.values().stream()
            .allMatch(d -> d.equals("without a word") || d.endsWith("as a chosen row")));
  }

  @Test
  void refusesMoreRowsThanItCanCompare() {
    store(kinds(20_010));
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () -> run("x", "{method: 'diversity', columns: ['text'], fraction: 0.5}"));
    assertEquals(
        "stages[0] (sample).fraction is 0.5 of 20010 rows; right would be at most 10000 rows, or"
            + " method kmeans for more",
        error.getMessage());
  }

  // ---- the grid

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{method: 'random', fraction: 0.2}",
        "{method: 'stratified', by: 'kind', allocation: 'equal', fraction: 0.2}",
        "{method: 'mixture', column: 'kind', temperature: 3, max_tokens: 2000, count: 'words'}",
        "{method: 'score', column: 'score', order: 'middle', rows: 50}",
        "{method: 'kmeans', columns: ['text'], clusters: 20, train_rows: 500, rows: 100,"
            + " max_tokens: 1000, count: 'words'}",
        "{method: 'diversity', columns: ['text'], rows: 200}"
      })
  void givesTheSameBytesOnOneTwoAndThreeNodes(String knobs) throws Exception {
    store(texts(5, 1_500));
    String recipe = stages(knobs);
    ObjectNode one = run("one", recipe, grid);
    for (int count = 2; count <= 3; count++) {
      String as = "on" + count;
      try (ScatteredGrid several = new ScatteredGrid(catalog, chunks, count)) {
        ObjectNode other = run(as, recipe, several);
        assertEquals(one.get("stages"), other.get("stages"));
        assertEquals(count, several.nodesCalled.size());
      }
      assertEquals(checksums("one"), checksums(as));
      assertEquals(checksums("one_rejects"), checksums(as + "_rejects"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{method: 'kmeans', columns: ['text'], clusters: 20, fraction: 0.3}",
        "{method: 'random', max_tokens: 900, tokenizer: 'nano'}"
      })
  void goesOnAfterACrashWithTheSameBytes(String knobs) throws Exception {
    store(texts(5, 700));
    ObjectNode straight = run("straight", stages(knobs), grid);
    LocalJob first = job("job_2", "resumed", stages(knobs), grid);
    first.diesAtStep = 4;
    assertThrows(IllegalStateException.class, () -> handler.run(first));
    LocalJob second = job("job_2", "resumed", stages(knobs), grid);
    second.last = first.last;
    ObjectNode resumed = handler.run(second);
    assertEquals(straight.get("stages"), resumed.get("stages"));
    assertEquals(checksums("straight"), checksums("resumed"));
    assertEquals(checksums("straight_rejects"), checksums("resumed_rejects"));
  }

  @Test
  void stopsWhenItIsCancelled() throws Exception {
    store(texts(5, 700));
    LocalJob job =
        job(
            "job_1",
            "x",
            stages("{method: 'kmeans', columns: ['text'], clusters: 9, rows: 30}"),
            grid);
    job.cancelledAtStep = 0;
    NeuroWeaverException error = assertThrows(NeuroWeaverException.class, () -> handler.run(job));
    assertEquals(ErrorKind.CANCELLED, error.kind());
    assertFalse(catalog.find("default", "x").isPresent());
  }

  // ---- knobs

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | (sample).method is missing; right would be one of random, stratified",
        "{method: 'best'} | (sample).method is \"best\"; right would be one of random, stratified,",
        "{method: 'random'} | does not say how much to choose; right would be rows, fraction or"
            + " max_tokens",
        "{method: 'random', rows: 0} | .rows is 0; right would be a whole number from 1 to",
        "{method: 'random', rows: 1.5} | .rows is 1.5; right would be a whole number",
        "{method: 'random', fraction: 0} | .fraction is 0.0; right would be a number above 0",
        "{method: 'random', fraction: 1.1} | .fraction is 1.1; right would be a number above 0",
        "{method: 'random', rows: 1, fraction: 0.5} | has both rows and fraction",
        "{method: 'random', rows: 1, seed: -1} | .seed is -1; right would be a whole number",
        "{method: 'random', rows: 1, keep_rejects: 1} | .keep_rejects is 1; right would be true",
        "{method: 'random', rows: 1, by: 'kind'} | has the unknown key \"by\"",
        "{method: 'random', max_tokens: 0, count: 'words'} | .max_tokens is 0",
        "{method: 'random', max_tokens: 9} | .max_tokens does not say what counts as a token;"
            + " right would be tokenizer: NAME of a base model, or count: words or quarter_bytes",
        "{method: 'random', max_tokens: 9, count: 'words', tokenizer: 'nano'} | is counted by both",
        "{method: 'random', max_tokens: 9, count: 'letters'} | .count is \"letters\"; right would"
            + " be one of words, quarter_bytes",
        "{method: 'random', max_tokens: 9, tokenizer: 'nope'} | .tokenizer is \"nope\": there is no"
            + " base model 'nope'",
        "{method: 'random', max_tokens: 9, tokenizer: 'nano', tokenizer_sha256: 'ab'} |"
            + " .tokenizer_sha256 is \"ab\", but",
        "{method: 'random', max_tokens: 9, count: 'words', tokenizer_sha256: 'ab'} | has"
            + " tokenizer_sha256 without tokenizer",
        "{method: 'random', rows: 9, count: 'words'} | has count without max_tokens",
        "{method: 'random', rows: 9, token_columns: ['text']} | .token_columns is given without",
        "{method: 'random', max_tokens: 9, count: 'words', token_columns: ['score']} |"
            + " .token_columns names score, a column of FLOAT64",
        "{method: 'stratified', rows: 9} | .by is missing",
        "{method: 'stratified', by: 'color', rows: 9} | .by names the column \"color\", which",
        "{method: 'stratified', by: ['kind', 'kind'], rows: 9} | .by names a column twice",
        "{method: 'stratified', by: 'kind'} | does not say how much to choose; right would be rows,"
            + " fraction or max_tokens, or counts or per_stratum",
        "{method: 'stratified', by: 'kind', allocation: 'fair', rows: 9} | .allocation is \"fair\"",
        "{method: 'stratified', by: 'kind', counts: {a: -1}} | .counts.a is -1; right would be",
        "{method: 'stratified', by: 'kind', counts: {}} | .counts is {}; right would be an object",
        "{method: 'stratified', by: 'kind', counts: {a: 1}, rows: 9} | has rows beside counts",
        "{method: 'stratified', by: 'kind', per_stratum: 3, allocation: 'equal'} | has allocation"
            + " beside per_stratum",
        "{method: 'stratified', by: 'kind', per_stratum: -3} | .per_stratum is -3",
        "{method: 'mixture', column: 'kind', rows: 9} | .weights is missing; right would be",
        "{method: 'mixture', column: 'kind', weights: {a: 0}} | .weights.a is 0; right would be",
        "{method: 'mixture', column: 'kind', weights: {a: 'x'}} | .weights.a is \"x\"; right",
        "{method: 'mixture', column: 'kind', temperature: 0} | .temperature is 0; right would be",
        "{method: 'mixture', column: 'color', temperature: 2} | .column names the column \"color\"",
        "{method: 'kmeans', columns: ['text'], rows: 9} | .clusters is missing; right would be",
        "{method: 'kmeans', columns: ['score'], clusters: 2, rows: 9} | .columns names score",
        "{method: 'kmeans', columns: ['text'], clusters: 0, rows: 9} | .clusters is 0",
        "{method: 'kmeans', columns: ['text'], clusters: 9000, rows: 9} | .clusters is 9000 with"
            + " 256 dimensions; right would be at most 4096 with so many dimensions",
        "{method: 'kmeans', columns: ['text'], clusters: 2, rows: 9, iterations: 0} | .iterations",
        "{method: 'kmeans', columns: ['text'], clusters: 2, rows: 9, train_rows: 0} | .train_rows",
        "{method: 'kmeans', columns: ['text'], clusters: 2, rows: 9, dimensions: 4} | .dimensions",
        "{method: 'kmeans', columns: ['text'], clusters: 2, rows: 9, ngram: 6} | .ngram is 6",
        "{method: 'kmeans', columns: ['text'], clusters: 2, rows: 9, pick: 'far'} | .pick is",
        "{method: 'diversity', rows: 9} | .columns is missing",
        "{method: 'diversity', columns: ['text'], rows: 20000} | .rows is 20000; right would be a"
            + " whole number from 1 to 10000",
        "{method: 'diversity', columns: ['text'], rows: 9, clusters: 4} | unknown key \"clusters\"",
        "{method: 'score', column: 'score', rows: 9} | .order is missing; right would be one of",
        "{method: 'score', column: 'score', rows: 9, order: 'best'} | .order is \"best\"",
        "{method: 'score', column: 'kind', rows: 9, order: 'lowest'} | .column names kind, a column"
            + " of STRING; right would be a column of INT64 or FLOAT64",
      })
  void refusesWrongKnobsNamingThePlace(String knobs, String message) throws Exception {
    store(kinds(3));
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () -> handler.validate("default", parameters("x", stages(knobs))));
    assertEquals(ErrorKind.INVALID_INPUT, error.kind());
    assertTrue(error.getMessage().contains("stages[0] (sample)"), error.getMessage());
    assertTrue(error.getMessage().contains(message.strip()), error.getMessage());
  }

  // ---- small parts

  @Test
  void anyBeginningOfASpreadOrderIsSpread() {
    for (int size : new int[] {1, 2, 3, 7, 100, 1_000}) {
      int[] rows = IntStream.range(0, size).toArray();
      SampleSearch.spread(rows, 0, size);
      assertEquals(size, Arrays.stream(rows).distinct().count());
      for (int taken = 2; taken <= size; taken *= 2) {
        int[] some = Arrays.stream(rows, 0, taken).sorted().toArray();
        for (int i = 1; i < taken; i++) {
          assertTrue(some[i] - some[i - 1] <= 2.0 * size / taken + 2, size + " " + taken);
        }
      }
    }
  }

  @Test
  void similarTextsHaveNearVectors() {
    TextFeatures features = new TextFeatures(List.of(0), 256, 2);
    String[] texts = {
      "grinding noise from the front brakes when stopping",
      "Grinding noise, from the front brakes when braking!",
      "please change oil and rotate the tires"
    };
    byte[] all = new byte[3 * 256];
    for (int i = 0; i < 3; i++) {
      assertTrue(features.of(new Row(i, texts[i]), all, i * 256));
      assertEquals(
          127 * 127, TextFeatures.distance(all, i * 256, new byte[256], 0, 256), 127 * 127 / 10);
    }
    int near = TextFeatures.distance(all, 0, all, 256, 256);
    int far = TextFeatures.distance(all, 0, all, 512, 256);
    assertTrue(near * 2 < far, near + " " + far);
  }

  // ---- what the tests share

  private static List<long[]> plainSeeds(List<byte[]> pool, int k, long seed) {
    List<long[]> seeds = new ArrayList<>();
    int next = (int) Centres.below(seed, 0, pool.size());
    while (seeds.size() < k) {
      long[] centre = new long[DIMENSIONS];
      for (int d = 0; d < DIMENSIONS; d++) {
        centre[d] = 64 * pool.get(next)[d];
      }
      seeds.add(centre);
      long[] nearest =
          pool.stream()
              .mapToLong(v -> seeds.stream().mapToLong(c -> plainDistance(v, c)).min().orElse(0))
              .map(d -> d / 4_096)
              .toArray();
      long left = Centres.below(seed, seeds.size(), Arrays.stream(nearest).sum());
      next = 0;
      while (left >= nearest[next]) {
        left -= nearest[next++];
      }
    }
    return seeds;
  }

  private static int plainNearest(byte[] vector, List<long[]> centres) {
    int best = 0;
    for (int c = 1; c < centres.size(); c++) {
      if (plainDistance(vector, centres.get(c)) < plainDistance(vector, centres.get(best))) {
        best = c;
      }
    }
    return best;
  }

  private static long plainDistance(byte[] vector, long[] centre) {
    long sum = 0;
    for (int d = 0; d < DIMENSIONS; d++) {
      sum += (64 * vector[d] - centre[d]) * (64 * vector[d] - centre[d]);
    }
    return sum;
  }

  private long[] chance(List<Row> rows, int seed) {
    Sample sample =
        (Sample)
            RecipeRun.recipe(
                    "[{stage: 'sample', method: 'random', rows: 1, seed: " + seed + "}]",
                    SCHEMA,
                    null)
                .surveyStage(0);
    return rows.stream().mapToLong(row -> sample.settings().chance(row.ordinal())).toArray();
  }

  private static double distance(String detail) {
    return Double.parseDouble(detail.replaceAll(".*distance ([0-9.]+) .*", "$1"));
  }

  private static int words(String text) {
    return text == null || text.isBlank() ? 0 : text.strip().split("\\s+").length;
  }

  private static long kinds(List<Long> ordinals, List<Row> rows) {
    return ordinals.stream().map(o -> rows.get((int) (long) o).text(0)).distinct().count();
  }

  /** Of a thousand 700 a, 200 b, 90 c and 10 without; scores are ordinals. */
  private static List<Row> kinds(int count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int of = i * 7 % 100;
      String kind = of < 70 ? "a" : of < 90 ? "b" : of < 99 ? "c" : null;
      rows.add(new Row(i, kind, "text " + i, (double) i));
    }
    return rows;
  }

  /** Texts of 0 to 29 words of 400. */
  private static List<Row> texts(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      for (int w = random.nextInt(30); w > 0; w--) {
        int word = random.nextInt(20) * random.nextInt(20);
        text.append('w').append(word).append(w == 1 ? "" : " ");
      }
      String kind = List.of("a", "a", "b", "c").get(random.nextInt(4));
      rows.add(new Row(i, kind, text.toString(), random.nextInt(100) / 10.0));
    }
    return rows;
  }

  /** Texts of so many topics, most of them of the first three; a word in twenty is another one. */
  private static List<Row> topics(int topics, int count) {
    SplittableRandom random = new SplittableRandom(17);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int topic = i < 10 * topics ? i % topics : random.nextInt(3);
      StringBuilder text = new StringBuilder("the customer says");
      for (int w = 0; w < 12; w++) {
        int noise = random.nextInt(20_000);
        text.append(noise < 1_000 ? " x" + noise : " t" + topic + "w" + w);
      }
      rows.add(new Row(i, "topic" + topic, text.toString(), 1.0));
    }
    return rows;
  }

  /** What a job made: ordinals of the rows chosen, details of the others. */
  private record Settled(List<Long> chosen, Map<Long, String> details) {}

  private int jobs;

  private Settled settled(String knobs) throws Exception {
    String as = "settled" + jobs++;
    run(as, knobs);
    Map<Long, String> details = new TreeMap<>();
    read(as + "_rejects").forEach(r -> details.put(r.ordinal(), r.text(5)));
    return new Settled(ordinals(as), details);
  }

  private Map<String, Integer> perKind(String name) {
    Map<String, Integer> kinds = new TreeMap<>();
    read(name).forEach(r -> kinds.merge(r.get(0) == null ? "(empty)" : r.text(0), 1, Integer::sum));
    return kinds;
  }

  private static String stages(String knobs) throws Exception {
    ObjectNode stage = (ObjectNode) JSON.readTree(knobs);
    stage.put("stage", "sample");
    return "[" + stage + "]";
  }

  private ObjectNode run(String as, String knobs) throws Exception {
    return run(as, stages(knobs), grid);
  }

  private ObjectNode runStages(String as, String stages) throws Exception {
    return run(as, stages, grid);
  }

  private ObjectNode run(String as, String stages, LocalGrid on) throws Exception {
    return handler.run(job("job_" + as, as, stages, on));
  }

  private LocalJob job(String id, String as, String stages, LocalGrid on) throws Exception {
    ObjectNode parameters = parameters(as, stages);
    handler.validate("default", parameters);
    return new LocalJob(id, catalog, chunks, on, parameters);
  }

  private static ObjectNode parameters(String as, String stages) throws Exception {
    ObjectNode parameters = JSON.createObjectNode();
    parameters.put("dataset", "raw").put("as", as);
    parameters.set("stages", JSON.readTree(stages));
    return parameters;
  }

  private void store(List<Row> rows) {
    StoredRows.store(catalog, chunks, "raw", SCHEMA, null, rows);
  }

  private List<Row> read(String name) {
    return StoredRows.read(catalog, chunks, name);
  }

  private List<Long> ordinals(String name) {
    return ordinalsOf(read(name));
  }

  private static List<Long> ordinalsOf(List<Row> rows) {
    return rows.stream().map(Row::ordinal).sorted().toList();
  }

  private List<String> checksums(String name) {
    return StoredRows.checksums(catalog, name);
  }
}
