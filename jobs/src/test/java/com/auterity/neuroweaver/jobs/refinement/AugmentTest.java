package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.automotive.Dirt;
import com.auterity.neuroweaver.datasets.automotive.Kit;
import com.auterity.neuroweaver.datasets.automotive.ServiceRequests;
import com.auterity.neuroweaver.datasets.automotive.Split;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AugmentTest {
  private static final Pattern WITH_DIGITS = Pattern.compile("[\\p{L}\\d-]*\\d[\\p{L}\\d,.-]*\\d");
  private static final Schema REQUESTS =
      new Schema(
          ServiceRequests.COLUMNS.stream()
              .map(
                  name ->
                      Column.of(
                          name,
                          name.equals("model_year") || name.equals("odometer")
                              ? ColumnType.INT64
                              : ColumnType.STRING))
              .toList());
  private static final int TEXT = REQUESTS.indexOf("customer_text").orElseThrow();
  private static final int ANSWER = REQUESTS.indexOf("answer").orElseThrow();

  private final RefineJobs jobs = new RefineJobs(8);

  @TempDir Path folder;

  @AfterEach
  void stop() {
    jobs.close();
  }

  private static List<Row> requests(int count) {
    List<Row> rows = new ArrayList<>();
    ServiceRequests requests = new ServiceRequests(7, count, Split.TRAIN, Dirt.none());
    while (requests.hasNext()) {
      Map<String, Object> request = requests.next();
      Object[] values =
          REQUESTS.names().stream()
              .map(
                  name ->
                      request.get(name) instanceof Integer n
                          ? (Object) (long) n
                          : request.get(name))
              .toArray();
      values[TEXT] =
          values[TEXT] + ". My VIN is " + values[2] + ", 62,480 miles, code P0301, op BRK-12.";
      rows.add(new Row(rows.size(), values));
    }
    return rows;
  }

  private List<Row> made(String name) {
    Schema schema = jobs.schema(name);
    return jobs.read(name).stream()
        .filter(row -> RefineJobs.text(schema, row, "_origin") != null)
        .toList();
  }

  private static List<String> withDigits(String text) {
    return WITH_DIGITS.matcher(text).results().map(match -> match.group()).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{typos: {rate: 0.5}}", "{speech: {fillers: 0.2, homophones: 1}}"})
  void noiseLeavesAnswersAndOtherColumnsVinsCodesAndNumbersAsTheyAre(String operation) {
    jobs.store("raw", REQUESTS, null, requests(300));
    jobs.refine(
        "raw",
        "more",
        "[{stage: 'augment', columns: ['customer_text'], copies: 2, operations: [%s]}]"
            .formatted(operation));
    Map<Long, Row> sources =
        jobs.read("raw").stream().collect(Collectors.toMap(Row::ordinal, row -> row));
    List<Row> made = made("more");
    assertTrue(made.size() > 500, "made only " + made.size());
    Schema schema = jobs.schema("more");
    for (Row row : made) {
      Row source = sources.get(Long.valueOf(RefineJobs.text(schema, row, "_source_ordinal")));
      assertNotEquals(source.text(TEXT), row.text(TEXT));
      assertEquals(withDigits(source.text(TEXT)), withDigits(row.text(TEXT)));
      for (int column = 0; column < REQUESTS.columns().size(); column++) {
        if (column != TEXT) {
          assertEquals(source.get(column), row.get(column));
        }
      }
    }
  }

  @Test
  void madeRowsSayWhereTheyComeFromAndReadersMeetThemInOrder() {
    jobs.store("raw", REQUESTS, "vin", requests(200));
    ObjectNode result =
        jobs.refine(
            "raw",
            "more",
            """
            [{stage: 'augment', columns: ['customer_text'], copies: 3, fraction: 0.5,
              where: 'model_year >= 2015', seed: 4, operations: ['typos', 'speech']},
             {stage: 'augment', columns: ['customer_text'], operations: ['paraphrase']},
             {stage: 'normalize', columns: ['customer_text'], case: 'upper'}]
            """);
    Schema schema = jobs.schema("more");
    List<Row> rows = jobs.read("more");
    List<Row> made = made("more");
    assertEquals(200, result.get("rows_in").asInt());
    assertEquals(rows.size(), result.get("rows_kept").asInt());
    assertEquals(made.size(), result.get("made").get("augment").asInt());
    assertEquals(rows.size(), rows.stream().map(Row::ordinal).distinct().count());
    for (int partition = 0; partition < 8; partition++) {
      long last = -1;
      Set<String> vins = new HashSet<>();
      for (Row row : jobs.partition("more", partition)) {
        assertTrue(row.ordinal() > last, "ordinals do not ascend");
        last = row.ordinal();
        vins.add(row.text(2));
      }
      Set<String> before = new HashSet<>();
      jobs.partition("raw", partition).forEach(row -> before.add(row.text(2)));
      assertEquals(before, vins, "made rows left the partition of their source");
    }
    List<Row> noisy =
        made.stream()
            .filter(row -> RefineJobs.text(schema, row, "_origin_detail").contains("speech"))
            .toList();
    Set<Long> chosen = new TreeSet<>();
    for (Row row : noisy) {
      chosen.add(Long.valueOf(RefineJobs.text(schema, row, "_source_ordinal")));
      assertTrue((Long) row.get(5) >= 2015);
    }
    assertTrue(chosen.size() > 20 && chosen.size() < 100, "half of the newer: " + chosen.size());
    assertTrue(
        made.stream()
            .anyMatch(
                row -> RefineJobs.text(schema, row, "_origin_detail").equals("paraphrase 1")));
    assertTrue(
        rows.stream().allMatch(row -> row.text(TEXT).equals(row.text(TEXT).toUpperCase())),
        "the stage behind did not see a made row");
    for (Row row : rows.subList(0, 200)) {
      assertNull(RefineJobs.text(schema, row, "_source_ordinal"));
    }
  }

  @Test
  void aRunTakenUpAgainAndASecondOneWriteTheSameBytes() {
    jobs.store("raw", REQUESTS, null, requests(160));
    String recipe =
        """
        [{stage: 'augment', columns: ['customer_text'], copies: 2, operations:
           [{field_swap: {together: ['vin', 'make', 'model', 'model_year'], answer: ['answer']}},
            'paraphrase', 'typos']}]
        """;
    jobs.refine("raw", "straight", recipe);
    LocalJob dies = jobs.job("job_2", "raw", "resumed", recipe);
    dies.diesAtStep = 4;
    assertThrows(IllegalStateException.class, () -> jobs.handler.run(dies));
    LocalJob again = jobs.job("job_2", "raw", "resumed", recipe);
    again.last = dies.last;
    jobs.handler.run(again);
    assertEquals(jobs.checksums("straight"), jobs.checksums("resumed"));
    // On another number of partitions the rows are the same.
    try (RefineJobs other = new RefineJobs(3)) {
      other.store("raw", REQUESTS, null, requests(160));
      other.refine("raw", "straight", recipe);
      assertEquals(jobs.read("straight"), other.read("straight"));
    }
  }

  @Test
  void augmentingAnAugmentedDatasetKeepsOrdinalsApartAndNamesTheFirstSource() {
    jobs.store("raw", REQUESTS, null, requests(40));
    jobs.refine(
        "raw", "once", "[{stage: 'augment', columns: ['customer_text'], operations: ['typos']}]");
    jobs.refine(
        "once",
        "twice",
        "[{stage: 'augment', columns: ['customer_text'], operations: ['speech']}]");
    List<Row> rows = jobs.read("twice");
    assertEquals(jobs.schema("once"), jobs.schema("twice"));
    assertTrue(rows.size() > 110, "rows " + rows.size());
    assertEquals(rows.size(), rows.stream().map(Row::ordinal).distinct().count());
    for (Row row : made("twice")) {
      long source = Long.parseLong(RefineJobs.text(jobs.schema("twice"), row, "_source_ordinal"));
      assertTrue(source < 40, "names " + source);
      assertEquals(rows.get((int) source).text(ANSWER), row.text(ANSWER));
    }
  }

  @Test
  void swappedValuesChangeInColumnsAndTextTogether() {
    Schema schema =
        new Schema(
            List.of(
                Column.of("make", ColumnType.STRING),
                Column.of("model", ColumnType.STRING),
                Column.of("odometer", ColumnType.INT64),
                Column.of("t", ColumnType.STRING),
                Column.of("answer", ColumnType.STRING)));
    List<Row> rows = new ArrayList<>();
    List<List<String>> lines =
        List.of(List.of("Honda", "Civic"), List.of("Toyota", "Camry"), List.of("Ford", "F-150"));
    for (int i = 0; i < 60; i++) {
      List<String> line = lines.get(i % 3);
      long miles = 20_000 + 1_000L * i;
      rows.add(
          new Row(
              i,
              line.get(0),
              line.get(1),
              miles,
              "my %s %s has %,d miles, the %s squeals, number %d"
                  .formatted(
                      line.get(0).toLowerCase(), line.get(1), miles, line.get(1), 7_000_000 + i),
              i % 10 == 0 ? "Bring the " + line.get(1) + " in." : "Bring it in."));
    }
    jobs.store("raw", schema, null, rows);
    jobs.refine(
        "raw",
        "more",
        """
        [{stage: 'augment', columns: ['t'], operations:
           [{field_swap: {together: [['make', 'model'], ['odometer']], answer: ['answer']}}]}]
        """);
    List<Row> made = made("more");
    // Rows whose answer names the model have no copy.
    assertEquals(54, made.size());
    Map<String, String> makes = new HashMap<>();
    lines.forEach(line -> makes.put(line.get(1), line.get(0)));
    for (Row row : made) {
      long source = (Long) row.get(7);
      assertEquals(makes.get(row.text(1)), row.text(0));
      assertNotEquals(rows.get((int) source).text(1), row.text(1));
      assertEquals(
          "my %s %s has %,d miles, the %s squeals, number %d"
              .formatted(
                  row.text(0).toLowerCase(),
                  row.text(1),
                  (Long) row.get(2),
                  row.text(1),
                  7_000_000 + source),
          row.text(3));
    }
    jobs.refine(
        "raw",
        "both",
        """
        [{stage: 'augment', columns: ['t'], operations:
           [{field_swap: {together: ['make', 'model'], texts: ['t', 'answer'],
             answer: ['answer'], answer_depends_on: ['model']}}]}]
        """);
    List<Row> both = made("both");
    assertEquals(60, both.size());
    assertTrue(both.stream().anyMatch(r -> r.text(4).equals("Bring the " + r.text(1) + " in.")));
  }

  @Test
  void aKitsRowsAreAddedAsItsGeneratorMakesThem() {
    var kit = Kit.get("automotive").datasets().get(0);
    jobs.store("raw", kit.schema(), null, kit.first(1, 10));
    String recipe =
        "[{stage: 'augment', grammar: 'automotive/%s', rows: 25, seed: 9}]".formatted(kit.name());
    ObjectNode result = jobs.refine("raw", "more", recipe);
    assertEquals(25, result.get("made").get("augment").asInt());
    List<Row> made = made("more");
    for (int i = 0; i < 25; i++) {
      Row expected = kit.row(9, i);
      for (int column = 0; column < kit.schema().columns().size(); column++) {
        assertEquals(expected.get(column), made.get(i).get(column));
      }
      assertEquals(10 + i, made.get(i).ordinal());
    }
  }

  @Test
  void paraphrasesByRulesOfOnesOwnWhichTheJobKeeps() throws Exception {
    Path rules = folder.resolve("rules.yaml");
    Files.writeString(
        rules,
        """
        synonyms:
          - [oil change, LOF service]
        patterns:
          - from: i want {what} by {when}
            to: ["by {when} i want {what}"]
        """);
    Schema schema = RecipeRun.text();
    jobs.store("raw", schema, null, List.of(new Row(0, "I want an oil change by next Monday!")));
    String recipe =
        """
        [{stage: 'augment', columns: ['t'], operations:
           [{paraphrase: {rate: 1, rules_file: '%s'}}]}]
        """
            .formatted(rules);
    LocalJob dies = jobs.job("job_1", "raw", "more", recipe);
    dies.diesAtStep = 3;
    assertThrows(IllegalStateException.class, () -> jobs.handler.run(dies));
    LocalJob again = jobs.job("job_1", "raw", "more", recipe);
    again.last = dies.last;
    Files.writeString(rules, "synonyms:\n  - [a, b]\n");
    jobs.handler.run(again);
    assertEquals("By next Monday I want an oil change!", capital(made("more").get(0).text(0)));
    jobs.refine(
        "raw", "built_in", "[{stage: 'augment', columns: ['t'], operations: ['paraphrase']}]");
  }

  private static String capital(String text) {
    return text.replace(" i want", " I want");
  }

  @Test
  void builtInParaphrasesKeepArticlesAndCapitals() {
    Set<String> seen = new TreeSet<>();
    Schema schema = RecipeRun.text();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      rows.add(new Row(i, "Strange noise, a strange one: could you check my car?"));
    }
    jobs.store("raw", schema, null, rows);
    jobs.refine("raw", "more", "[{stage: 'augment', columns: ['t'], operations: ['paraphrase']}]");
    made("more").forEach(row -> seen.add(row.text(0)));
    assertTrue(seen.size() > 20, seen.toString());
    String all = seen.toString();
    assertTrue(all.contains("Odd sound, an odd one: "), all);
    assertFalse(
        all.contains("a odd") || all.contains("an weird") || all.contains("an strange"), all);
    assertTrue(all.contains("would you have a look at my"), all);
  }

  @Test
  void hugeAndBrokenTextsAreLeftAloneOrTakenInLinearTime() {
    List<Row> rows = new ArrayList<>();
    for (String part :
        List.of(
            "\ud83d", "a ", "can you take a look at ", "i need ", "{x} ", "\u0301", "1HG", "-")) {
      rows.add(new Row(rows.size(), part.repeat(90_000 / part.length())));
      rows.add(new Row(rows.size(), part.repeat(10_000_000 / part.length())));
    }
    RecipeRun run =
        RecipeRun.of(
            "[{stage: 'augment', columns: ['t'], operations: ['paraphrase', 'typos', 'speech']}]",
            RecipeRun.text(),
            null,
            rows);
    assertEquals(rows.size(), run.kept.size());
    Augment augment =
        (Augment)
            Augment.of(
                new Knobs(
                    RefineJobs.parameters(
                            "a",
                            "b",
                            "[{columns: ['t'], operations: ['paraphrase', 'typos', 'speech']}]")
                        .get("stages")
                        .get(0),
                    "stages[0]"),
                RecipeRun.text(),
                null);
    org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
        java.time.Duration.ofSeconds(20),
        () ->
            rows.forEach(
                row ->
                    augment
                        .from(row, new Tally())
                        .forEach(made -> assertTrue(made.row().text(0).length() < 1_000_000))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{columns: ['customer_text']} | operations is missing; right would be a list",
        "{columns: ['odometer'], operations: ['typos']} | names odometer, a column of INT64",
        "{columns: ['vin'], operations: ['typos']} | changes vin, by which the dataset's rows are"
            + " placed",
        "{columns: ['customer_text'], copies: 21, operations: ['typos']} | copies is 21; right"
            + " would be a whole number from 1 to 20",
        "{columns: ['customer_text'], fraction: 0, operations: ['typos']} | fraction is 0; right"
            + " would be a number",
        "{columns: ['customer_text'], where: 'modle = 1', operations: ['typos']} | where is \"modle"
            + " = 1\"",
        "{columns: ['customer_text'], operations: ['typo']} | operations[0] is \"typo\"; right"
            + " would be one of typos, speech, paraphrase, field_swap",
        "{columns: ['customer_text'], operations: [{typos: {rates: 1}}]} | operations[0].typos has"
            + " the unknown key \"rates\"",
        "{columns: ['customer_text'], operations: [{typos: {kinds: ['swap']}}]} | kinds is"
            + " \"swap\"; right would be one of neighbour, omission",
        "{columns: ['customer_text'], operations: [{speech: {fillers: 2}}]} | speech.fillers is 2;"
            + " right would be a number from 0.0 to 0.5",
        "{columns: ['customer_text'], operations: [{paraphrase: {rules: {synonyms: [['a']]}}}]} |"
            + " synonyms[0] is [\"a\"]; right would be a list of at least two",
        "{columns: ['customer_text'], operations: [{paraphrase: {rules: {patterns: [{from: 'a {x}',"
            + " to: ['b {y}']}]}}}]} | patterns[0].to is \"b {y}\"; right would be the slots of"
            + " from",
        "{columns: ['customer_text'], operations: [{paraphrase: {rules_file: '/nowhere/x.yaml'}}]}"
            + " | rules_file is \"/nowhere/x.yaml\", which is not there",
        "{columns: ['customer_text'], operations: [{field_swap: {together: ['make'], answer:"
            + " ['answer']}}]} | names make without vin, which tells it too",
        "{columns: ['customer_text'], operations: [{field_swap: {together: ['odometer']}}]} |"
            + " field_swap.answer is missing",
        "{columns: ['customer_text'], operations: [{field_swap: {together: ['odometer'], answer:"
            + " ['answer'], answer_depends_on: ['odometer']}}]} | names odometer, on which the"
            + " answer depends",
        "{columns: ['customer_text'], operations: ['typos', {field_swap: {together: ['odometer'],"
            + " answer: ['answer']}}]} | stands behind what changes the texts",
        "{grammar: 'automotive/nothing', rows: 3} | grammar is \"automotive/nothing\": kit"
            + " automotive has no dataset nothing",
        "{grammar: 'automotive', rows: 3} | grammar is \"automotive\"; right would be a kit and a"
            + " dataset of it",
        "{grammar: 'automotive/dealership_qa'} | rows is missing; right would be a whole number",
      })
  void refusesWrongKnobsNamingThePlace(String knobs, String message) {
    jobs.store("raw", REQUESTS, "vin", requests(3));
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                jobs.handler.validate(
                    "default",
                    RefineJobs.parameters(
                        "raw", "x", "[" + knobs.replaceFirst("\\{", "{stage: 'augment', ") + "]")));
    assertEquals(ErrorKind.INVALID_INPUT, error.kind());
    assertTrue(error.getMessage().contains(message.strip()), error.getMessage());
  }

  @Test
  void whatMustSeeAllRowsIsRefusedBehindIt() {
    jobs.store("raw", REQUESTS, null, requests(3));
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                jobs.handler.validate(
                    "default",
                    RefineJobs.parameters(
                        "raw",
                        "x",
                        """
                        [{stage: 'augment', columns: ['customer_text'], operations: ['typos']},
                         {stage: 'exact_duplicates', columns: ['vin']}]
                        """)));
    assertTrue(
        error.getMessage().contains("stages[1] (exact_duplicates) stands behind augment"),
        error.getMessage());
  }
}
