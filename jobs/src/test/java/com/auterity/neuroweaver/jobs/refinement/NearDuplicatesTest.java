package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.LocalGrid;
import com.auterity.neuroweaver.jobs.grid.StoredRows;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearDuplicatesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Schema TEXTS =
      new Schema(
          List.of(
              Column.of("id", ColumnType.INT64),
              Column.of("text", ColumnType.STRING),
              Column.of("at", ColumnType.INT64)));
  private static final String PLAIN =
      "[{\"stage\":\"near_duplicates\",\"columns\":[\"text\"],\"threshold\":0.7}]";

  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(8);
  private final MemoryChunkStore chunks = new MemoryChunkStore();
  private final LocalGrid grid = new LocalGrid(catalog, chunks);
  private final RefineHandler handler = new RefineHandler(catalog);

  @AfterEach
  void stop() {
    grid.close();
  }

  /** What the one stage that compares says. */
  private static JsonNode clusters(JsonNode result) {
    return result.get("stages").findValue("report");
  }

  @Test
  void findsWhatComparingAllPairsFindsAndNothingElse() throws Exception {
    List<String> texts = planted(11, 3_600);
    store("raw", rows(texts));
    ObjectNode result = run("clean", PLAIN, grid);

    List<Set<String>> sets = texts.stream().map(text -> shingles(text, 3)).toList();
    int[] oracle = components(sets, 0.7);
    int pairs = 0;
    int found = 0;
    int[] ours = IntStream.range(0, texts.size()).toArray();
    for (Row reject : read("clean_rejects")) {
      assertEquals("near_duplicate", reject.text(4));
      int keeper = keeper(reject);
      ours[(int) reject.ordinal()] = keeper;
      assertEquals(oracle[(int) reject.ordinal()], oracle[keeper], reject.toString());
      assertEquals(
          jaccard(sets.get((int) reject.ordinal()), sets.get(keeper)),
          Double.parseDouble(reject.text(5).split(" ")[1]),
          0.0006,
          reject.text(5));
    }
    for (int i = 0; i < texts.size(); i++) {
      for (int j = i + 1; j < texts.size(); j++) {
        if (oracle[i] == oracle[j]) {
          pairs++;
          found += ours[i] == ours[j] ? 1 : 0;
        }
      }
    }
    System.out.printf(
        "oracle %d pairs in clusters, found %d (%.4f)%n", pairs, found, (double) found / pairs);
    assertTrue(pairs > 1_000, "planted too little: " + pairs);
    assertTrue(found >= 0.97 * pairs, found + " of " + pairs);

    JsonNode clusters = clusters(result);
    long dropped = catalog.get("default", "clean_rejects").rows();
    assertEquals(dropped, clusters.get("rows_dropped").asLong());
    assertEquals(dropped, result.get("rejected").get("near_duplicate").asLong());
    long counted = 0;
    for (JsonNode n : clusters.get("cluster_sizes")) {
      counted += n.asLong();
    }
    assertEquals(clusters.get("clusters").asLong(), counted);
    long keepers = read("clean_rejects").stream().mapToInt(r -> keeper(r)).distinct().count();
    assertEquals(keepers, clusters.get("clusters").asLong());
    JsonNode biggest = clusters.get("biggest").get(0);
    assertTrue(isShown(texts, biggest.get("kept")), biggest.toString());
    for (JsonNode example : biggest.get("dropped")) {
      assertTrue(isShown(texts, example), biggest.toString());
    }
  }

  /** Whether an example of a report begins as the row it names. */
  private static boolean isShown(List<String> texts, JsonNode example) {
    String shown = example.get("text").asText().replace(" ...", "");
    return shown.length() > 50 && texts.get(example.get("ordinal").asInt()).startsWith(shown);
  }

  @Test
  void keepsTheRowOfLowestOrdinalAndNamesIt() throws Exception {
    store(
        "raw",
        rows(
            List.of(
                "customer states grinding noise from front brakes when stopping at low speed",
                "oil change and tire rotation",
                "Customer states: grinding noise from front brakes, when stopping at low speed!",
                "",
                "",
                "customer states grinding noise from front brakes when stopping at low speeds")));
    run("clean", PLAIN, grid);
    assertEquals(List.of(0L, 1L, 3L, 4L), ordinals("clean"));
    assertEquals(
        List.of(
            "similarity 1.000 to the row of source ordinal 0",
            "similarity 0.818 to the row of source ordinal 0"),
        read("clean_rejects").stream()
            .sorted((a, b) -> Long.compare(a.ordinal(), b.ordinal()))
            .map(r -> r.text(5))
            .toList());
  }

  @ParameterizedTest
  @CsvSource({"highest, 1", "lowest, 2"})
  void keepsTheBestByAColumnAndARowWithoutAValueLast(String keep, long kept) throws Exception {
    String text = "replaced the water pump and flushed the coolant system";
    store(
        "raw",
        List.of(
            new Row(0, 0L, text, null),
            new Row(1, 1L, text, 9L),
            new Row(2, 2L, text, 3L),
            new Row(3, 3L, text, 9L)));
    run(
        "clean",
        "[{\"stage\":\"near_duplicates\",\"columns\":[\"text\"],\"keep\":\"%s\",\"keep_by\":\"at\"}]"
            .formatted(keep),
        grid);
    assertEquals(List.of(kept), ordinals("clean"));
  }

  @Test
  void keepsTheLongest() throws Exception {
    store(
        "raw",
        rows(
            List.of(
                "a b c d e f g h i j k l m n o p",
                "a b c d e f g h i j k l m n o p q r",
                "a b c d e f g h i j k l m n o p q")));
    run(
        "clean",
        "[{\"stage\":\"near_duplicates\",\"columns\":[\"text\"],\"keep\":\"longest\"}]",
        grid);
    assertEquals(List.of(1L), ordinals("clean"));
  }

  @Test
  void givesTheSameBytesWhateverTheOrderAnswersArriveIn() throws Exception {
    store("raw", rows(planted(5, 1_200)));
    String recipe =
        """
        [{"stage": "exact_duplicates", "columns": ["text"]},
         {"stage": "near_duplicates", "columns": ["text"], "threshold": 0.7,
          "shingle": "characters", "shingle_size": 6}]
        """;
    ObjectNode one = run("one", recipe, grid);
    try (ScatteredGrid three = new ScatteredGrid(catalog, chunks, 3)) {
      ObjectNode other = run("other", recipe, three);
      assertEquals(one.get("stages"), other.get("stages"));
      assertTrue(three.nodesCalled.size() == 3, three.nodesCalled.toString());
    }
    assertEquals(checksums("one"), checksums("other"));
    assertEquals(checksums("one_rejects"), checksums("other_rejects"));
    assertTrue(one.get("rejected").get("near_duplicate").asInt() > 100, one.toString());
  }

  @Test
  void goesOnAfterACrashWithTheSameBytesAndTheSameReport() throws Exception {
    store("stored", rows(planted(5, 300)));
    store("raw", rows(planted(5, 900)));
    String recipe = PLAIN.replace("}]", ",\"against\":\"stored\"}]");
    ObjectNode straight = run("straight", recipe, grid);

    LocalJob first = job("job_2", "resumed", recipe, grid);
    first.diesAtStep = 4;
    assertThrows(IllegalStateException.class, () -> handler.run(first));
    // What is stored now must not count in the second half.
    store("stored", rows(planted(77, 10)));
    LocalJob second = job("job_2", "resumed", recipe, grid);
    second.last = first.last;
    ObjectNode resumed = handler.run(second);
    assertEquals(checksums("straight"), checksums("resumed"));
    assertEquals(checksums("straight_rejects"), checksums("resumed_rejects"));
    assertEquals(straight.get("stages"), resumed.get("stages"));

    LocalJob third = job("job_3", "late", recipe.replace("\"stored\"", "\"stored@1\""), grid);
    third.diesAtStep = 8;
    assertThrows(IllegalStateException.class, () -> handler.run(third));
    LocalJob fourth = job("job_3", "late", recipe.replace("\"stored\"", "\"stored@1\""), grid);
    fourth.last = third.last;
    assertEquals(straight.get("stages"), handler.run(fourth).get("stages"));
  }

  @Test
  void dropsWhatIsLikeARowStoredBeforeThroughAnIndexMadeOnce() throws Exception {
    List<String> old = planted(21, 600);
    store("stored", rows(old));
    List<String> fresh = new ArrayList<>(planted(22, 200));
    fresh.add(old.get(17) + " today");
    fresh.add(old.get(18));
    store("raw", rows(fresh));
    String recipe = PLAIN.replace("}]", ",\"against\":[\"stored\"]}]");
    int before = chunks.size();
    ObjectNode result = run("clean", recipe, grid);
    int added = chunks.size() - before;

    List<Set<String>> oldSets = old.stream().map(text -> shingles(text, 3)).toList();
    List<Row> rejects = read("clean_rejects");
    int withStored = 0;
    for (Row reject : rejects) {
      if (reject.text(5).contains(" of stored@1")) {
        withStored++;
        int keeper = Integer.parseInt(reject.text(5).split(" ")[8]);
        double exact = jaccard(shingles(reject.text(1), 3), oldSets.get(keeper));
        assertEquals(exact, Double.parseDouble(reject.text(5).split(" ")[1]), 0.0006);
      }
    }
    assertTrue(rejects.stream().anyMatch(r -> r.ordinal() == 200), rejects.toString());
    assertTrue(rejects.stream().anyMatch(r -> r.ordinal() == 201), rejects.toString());
    assertTrue(withStored >= 2);
    assertTrue(clusters(result).get("clusters_with_stored_rows").asInt() >= 2);

    // The second job reads the index: spoil the rows it was made from, and it does not notice.
    int reused = chunks.size();
    ObjectNode again = run("again", recipe, grid);
    assertEquals(result.get("stages"), again.get("stages"));
    assertEquals(
        catalog.get("default", "again").chunks().size()
            + catalog.get("default", "again_rejects").chunks().size(),
        chunks.size() - reused,
        "the index is written once");
    assertTrue(added > chunks.size() - reused, "the first job wrote an index");

    // It ends with its version.
    Manifest stored = catalog.get("default", "stored");
    int held = chunks.size();
    catalog.retire(stored, "test", "job_retire");
    catalog.removeChunks("default", chunks);
    int index = added - (chunks.size() == 0 ? 0 : held - reused);
    assertEquals(held - stored.chunks().size() - index, chunks.size());
  }

  @Test
  void comparesRowsAsTheyEnterTheStage() throws Exception {
    store(
        "raw",
        List.of(
            new Row(0, -1L, "the quick brown fox jumps over the lazy dog near the bank", 0L),
            new Row(1, 1L, "the quick\u00a0brown fox  jumps over the lazy dog near the bank", 0L),
            new Row(2, 2L, "the quick brown fox jumps over the lazy dog near the bank ", 0L)));
    run(
        "clean",
        """
        [{"stage": "range_check", "columns": {"id": {"min": 0}}},
         {"stage": "near_duplicates", "columns": ["text"]}]
        """,
        grid);
    // Row 0 is rejected before: it is nobody's original.
    assertEquals(List.of(1L), ordinals("clean"));
  }

  @Test
  void masksPersonalDataInExamplesAndRejects() throws Exception {
    String text = "please call the owner back about the brake noise at pia.lund@fjord.example.org";
    store("raw", rows(List.of(text, text)));
    ObjectNode result =
        run(
            "clean",
            """
            [{"stage": "near_duplicates", "columns": ["text"]},
             {"stage": "mask_personal_data", "columns": ["text"]}]
            """,
            grid);
    assertFalse(result.get("stages").toString().contains("pia.lund"), result.toString());
    assertFalse(read("clean_rejects").toString().contains("pia.lund"));
    assertTrue(result.get("stages").toString().contains("[email]"));
  }

  @Test
  void agreementOfSignaturesDoesWithoutTheSets() throws Exception {
    List<String> texts = planted(11, 800);
    store("raw", rows(texts));
    run("clean", PLAIN.replace("}]", ",\"verify\":false,\"permutations\":512}]"), grid);
    List<Set<String>> sets = texts.stream().map(text -> shingles(text, 3)).toList();
    List<Row> rejects = read("clean_rejects");
    assertTrue(rejects.size() > 100);
    for (Row reject : rejects) {
      assertEquals(
          jaccard(sets.get((int) reject.ordinal()), sets.get(keeper(reject))),
          Double.parseDouble(reject.text(5).split(" ")[1]),
          0.12,
          reject.text(5));
    }
  }

  @Test
  void takesTextsOfAnySizeAndKind() throws Exception {
    StringBuilder long1 = new StringBuilder();
    SplittableRandom random = new SplittableRandom(3);
    while (long1.length() < 10_000_000) {
      long1.append(Integer.toString(random.nextInt(1 << 30), 36)).append(' ');
    }
    String near = long1.substring(0, 9_900_000);
    store(
        "raw",
        rows(
            Arrays.asList(
                long1.toString(),
                null,
                "\ud83d broken",
                near,
                "\u8f6e\u80ce\u78e8\u635f\u9700\u8981\u66f4\u6362",
                "!!! ???")));
    run("clean", PLAIN, grid);
    assertEquals(List.of(0L, 1L, 2L, 4L, 5L), ordinals("clean"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{} | columns is missing; right would be a list",
        "{\"columns\":[\"id\"]} | names id, a column of INT64; right would be text columns only",
        "{\"columns\":[\"text\",\"text\"]} | names a column twice",
        "{\"columns\":[\"text\"],\"shingle\":\"lines\"} | shingle is \"lines\"; right would be one"
            + " of words, characters",
        "{\"columns\":[\"text\"],\"shingle_size\":0} | shingle_size is 0; right would be a whole"
            + " number from 1 to 64",
        "{\"columns\":[\"text\"],\"shingle_size\":2.5} | shingle_size is 2.5; right would be a"
            + " whole number",
        "{\"columns\":[\"text\"],\"threshold\":0} | threshold is 0.0; right would be a number above"
            + " 0 and at most 1",
        "{\"columns\":[\"text\"],\"threshold\":\"high\"} | threshold is \"high\"; right would be a"
            + " number",
        "{\"columns\":[\"text\"],\"permutations\":5000} | permutations is 5000; right would be a"
            + " whole number from 2 to 1024",
        "{\"columns\":[\"text\"],\"bands\":30} | bands is 30, which does not divide the 128"
            + " permutations",
        "{\"columns\":[\"text\"],\"bands\":32,\"false_negative_weight\":0.5} | has both bands and"
            + " false_negative_weight",
        "{\"columns\":[\"text\"],\"verify\":\"yes\"} | verify is \"yes\"; right would be true or"
            + " false",
        "{\"columns\":[\"text\"],\"keep\":\"highest\"} | keep_by is missing; right would be the"
            + " column whose value decides",
        "{\"columns\":[\"text\"],\"keep_by\":\"at\"} | keep_by is given, but keep is not highest or"
            + " lowest",
        "{\"columns\":[\"text\"],\"keep\":\"lowest\",\"keep_by\":\"text\"} | names text, a column"
            + " of STRING",
        "{\"columns\":[\"text\"],\"jaccard\":0.8} | has the unknown key \"jaccard\"; right would be"
            + " one of against, bands",
        "{\"columns\":[\"text\"],\"against\":7} | against is 7; right would be a text",
        "{\"columns\":[\"text\"],\"against\":\"other\"} | names other, which has no column text;"
            + " right would be a dataset with all of columns; it has x",
      })
  void refusesWrongKnobsNamingThePlace(String knobs, String message) throws Exception {
    store("raw", rows(List.of("one")));
    store(
        "other", new Schema(List.of(Column.of("x", ColumnType.STRING))), List.of(new Row(0, "y")));
    ObjectNode stage = (ObjectNode) JSON.readTree(knobs);
    stage.put("stage", "near_duplicates");
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () -> handler.validate("default", parameters("x", "[" + stage + "]")));
    assertEquals(ErrorKind.INVALID_INPUT, error.kind());
    assertTrue(error.getMessage().contains("stages[0] (near_duplicates)"), error.getMessage());
    assertTrue(error.getMessage().contains(message.strip()), error.getMessage());
  }

  @Test
  void namesAStoredDatasetThatIsNotThere() {
    store("raw", rows(List.of("one")));
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                handler.validate(
                    "default", parameters("x", PLAIN.replace("}]", ",\"against\":[\"nope\"]}]"))));
    assertEquals(ErrorKind.NOT_FOUND, error.kind());
  }

  // ---- what the tests share

  /** Texts of drawn words; each third is another one with a few words changed. */
  private static List<String> planted(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (i % 3 == 2) {
        String[] words = texts.get(Math.max(0, i - 1 - random.nextInt(20))).split(" ");
        int changes = random.nextInt(4);
        for (int c = 0; c < changes; c++) {
          words[random.nextInt(words.length)] = "w" + random.nextInt(2_000);
        }
        texts.add(String.join(" ", words));
      } else {
        StringBuilder text = new StringBuilder();
        int words = 20 + random.nextInt(30);
        for (int w = 0; w < words; w++) {
          text.append(w == 0 ? "" : " ").append('w').append(random.nextInt(2_000));
        }
        texts.add(text.toString());
      }
    }
    return texts;
  }

  private static Set<String> shingles(String text, int size) {
    String[] words = text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+");
    Set<String> shingles = new HashSet<>();
    for (int i = 0; i + size <= words.length; i++) {
      shingles.add(String.join(" ", Arrays.copyOfRange(words, i, i + size)));
    }
    return shingles;
  }

  private static double jaccard(Set<String> one, Set<String> two) {
    long both = one.stream().filter(two::contains).count();
    return (double) both / (one.size() + two.size() - both);
  }

  private static int[] components(List<Set<String>> sets, double threshold) {
    int[] parent = IntStream.range(0, sets.size()).toArray();
    for (int i = 0; i < parent.length; i++) {
      for (int j = 0; j < i; j++) {
        if (jaccard(sets.get(i), sets.get(j)) >= threshold) {
          int from = parent[i];
          int to = parent[j];
          for (int k = 0; k < parent.length; k++) {
            parent[k] = parent[k] == from ? to : parent[k];
          }
        }
      }
    }
    return parent;
  }

  private static int keeper(Row reject) {
    return Integer.parseInt(reject.text(5).split(" ")[8].replace(",", ""));
  }

  private ObjectNode run(String as, String recipe, LocalGrid on) throws Exception {
    return handler.run(job("job_" + as, as, recipe, on));
  }

  private LocalJob job(String id, String as, String recipe, LocalGrid on) throws Exception {
    ObjectNode parameters = parameters(as, recipe);
    handler.validate("default", parameters);
    return new LocalJob(id, catalog, chunks, on, parameters);
  }

  private static ObjectNode parameters(String as, String recipe) throws Exception {
    ObjectNode parameters = JSON.createObjectNode();
    parameters.put("dataset", "raw").put("as", as);
    parameters.set("stages", JSON.readTree(recipe));
    return parameters;
  }

  private static List<Row> rows(List<String> texts) {
    return IntStream.range(0, texts.size())
        .mapToObj(i -> new Row(i, (long) i, texts.get(i), (long) i))
        .toList();
  }

  private void store(String name, List<Row> rows) {
    store(name, TEXTS, rows);
  }

  private void store(String name, Schema schema, List<Row> rows) {
    StoredRows.store(catalog, chunks, name, schema, null, rows);
  }

  private List<Row> read(String name) {
    return StoredRows.read(catalog, chunks, name);
  }

  private List<Long> ordinals(String name) {
    return read(name).stream().map(Row::ordinal).toList();
  }

  private List<String> checksums(String name) {
    return StoredRows.checksums(catalog, name);
  }
}
