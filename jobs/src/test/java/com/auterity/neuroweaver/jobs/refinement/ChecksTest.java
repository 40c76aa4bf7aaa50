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
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.LocalGrid;
import com.auterity.neuroweaver.jobs.grid.StoredRows;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecksTest {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
          .build();
  private static final Schema ORDERS =
      new Schema(
          List.of(
              Column.of("ro_number", ColumnType.STRING),
              Column.of("vin", ColumnType.STRING),
              Column.of("odometer", ColumnType.INT64),
              Column.of("hours", ColumnType.FLOAT64),
              Column.of("op_code", ColumnType.STRING),
              Column.of("opened_on", ColumnType.DATE),
              Column.of("delivered_on", ColumnType.DATE),
              Column.of("note", ColumnType.STRING)));

  /** A grid in memory with one dataset called raw. */
  private static final class World implements AutoCloseable {
    final MemoryDatasetCatalog catalog;
    final MemoryChunkStore chunks = new MemoryChunkStore();
    final LocalGrid grid;
    final RefineHandler handler;

    World(int partitions, List<Row> rows) {
      catalog = new MemoryDatasetCatalog(partitions);
      grid = new LocalGrid(catalog, chunks);
      handler = new RefineHandler(catalog);
      StoredRows.store(catalog, chunks, "raw", ORDERS, null, rows);
    }

    LocalJob job(String stages) throws JsonProcessingException {
      ObjectNode parameters = JSON.createObjectNode().put("dataset", "raw").put("as", "clean");
      parameters.set("stages", JSON.readTree(stages));
      handler.validate("default", parameters);
      return new LocalJob("job_1", catalog, chunks, grid, parameters);
    }

    ObjectNode run(String stages) throws JsonProcessingException {
      return handler.run(job(stages));
    }

    List<Row> read(String name) {
      List<Row> rows = new ArrayList<>();
      new DatasetReader(catalog, chunks)
          .rows(catalog.get("default", name))
          .forEachRemaining(rows::add);
      return rows;
    }

    List<String> checksums(String name) {
      return catalog.get("default", name).chunks().stream().map(ChunkInfo::sha256).toList();
    }

    @Override
    public void close() {
      grid.close();
    }
  }

  private static List<Row> rows(int count) {
    SplittableRandom random = new SplittableRandom(41);
    List<Row> rows = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      LocalDate opened = LocalDate.of(2026, 1, 1).plusDays(random.nextInt(300));
      rows.add(
          new Row(
              i,
              random.nextInt(20) == 0 ? null : "RO" + random.nextInt(count * 3),
              random.nextInt(30) == 0 ? (random.nextBoolean() ? null : "  ") : "VIN" + i % 50,
              random.nextInt(10) == 0 ? null : random.nextLong(-1_000, 700_000),
              random.nextInt(10) == 0 ? null : random.nextDouble() * 8,
              random.nextInt(15) == 0 ? "oil" : "OIL" + random.nextInt(90),
              opened,
              random.nextInt(10) == 0 ? null : opened.plusDays(random.nextInt(-1, 9)),
              i % 7 == 0 ? "mail jane.doe@example.com please" : "fine"));
    }
    return rows;
  }

  private static final String ALL =
      """
      [{stage:'checks',checks:[
        {name:'complete',check:'completeness(vin) >= 0.99',on_failure:'warn'},
        {name:'unique',check:'unique(ro_number)',on_failure:'warn'},
        {name:'range',check:'odometer between 0 and 600000',on_failure:'warn'},
        {name:'pattern',check:"op_code matches '[A-Z]{3}[0-9]+'",on_failure:'warn'},
        {name:'relation',check:'delivered_on >= opened_on',on_failure:'warn'},
        {name:'count',check:'row_count() between 10 and 100000'},
        {name:'distinct',check:'distinct(vin) <= 51',on_failure:'warn'},
        {name:'mean',check:'mean(hours) between 3.5 and 4.5'},
        {name:'spread',check:'standard_deviation(hours) < 1',on_failure:'warn'},
        {name:'quantile',check:'quantile(odometer, 0.95) <= 600000',on_failure:'warn'}]}]
      """;

  private static JsonNode check(JsonNode result, String name) {
    for (JsonNode check : result.get("stages").findValue("checks")) {
      if (check.get("name").asText().equals(name)) {
        return check;
      }
    }
    throw new AssertionError(name + " is not in " + result.get("stages").findValue("checks"));
  }

  @Test
  void figuresAndFailingRowsAreThoseCountedByHandOnAnyNumberOfPartitions() throws Exception {
    List<Row> rows = rows(3_000);
    ObjectNode result;
    try (World world = new World(4, rows)) {
      result = world.run(ALL);
      assertEquals(rows, world.read("clean"), "warnings change nothing");
    }
    try (World world = new World(16, rows)) {
      assertEquals(
          result.get("stages").findValue("checks"),
          world.run(ALL).get("stages").findValue("checks"));
    }
    List<Long> incomplete = new ArrayList<>();
    List<Long> repeated = new ArrayList<>();
    List<Long> outside = new ArrayList<>();
    List<Long> wrong = new ArrayList<>();
    List<Long> early = new ArrayList<>();
    Set<String> numbers = new HashSet<>();
    for (Row row : rows) {
      if (row.text(1) == null || row.text(1).isBlank()) {
        incomplete.add(row.ordinal());
      }
      if (row.text(0) != null && !numbers.add(row.text(0))) {
        repeated.add(row.ordinal());
      }
      Long odometer = (Long) row.get(2);
      if (odometer != null && (odometer < 0 || odometer > 600_000)) {
        outside.add(row.ordinal());
      }
      if (!row.text(4).matches("[A-Z]{3}[0-9]+")) {
        wrong.add(row.ordinal());
      }
      if (row.get(6) != null && ((LocalDate) row.get(6)).isBefore((LocalDate) row.get(5))) {
        early.add(row.ordinal());
      }
    }
    assertFailing(incomplete, check(result, "complete"));
    assertFailing(repeated, check(result, "unique"));
    assertFailing(outside, check(result, "range"));
    assertFailing(wrong, check(result, "pattern"));
    assertFailing(early, check(result, "relation"));
    assertEquals(
        (3_000.0 - incomplete.size()) / 3_000, check(result, "complete").get("value").asDouble());
    assertEquals(3_000, check(result, "count").get("value").asInt());
    assertTrue(check(result, "count").get("passed").asBoolean());
    assertEquals(51, check(result, "distinct").get("value").asInt());
    assertTrue(check(result, "distinct").get("passed").asBoolean());
    double mean =
        rows.stream()
            .filter(row -> row.get(3) != null)
            .mapToDouble(row -> (Double) row.get(3))
            .average()
            .orElseThrow();
    assertEquals(mean, check(result, "mean").get("value").asDouble(), 1e-12);
    assertFalse(check(result, "spread").get("passed").asBoolean());
    assertEquals(8 / Math.sqrt(12), check(result, "spread").get("value").asDouble(), 0.1);
    double[] odometers =
        rows.stream()
            .filter(row -> row.get(2) != null)
            .mapToDouble(row -> (Long) row.get(2))
            .sorted()
            .toArray();
    double exact = odometers[(int) Math.ceil(0.95 * odometers.length) - 1];
    JsonNode quantile = check(result, "quantile");
    assertEquals(
        exact,
        quantile.get("value").asDouble(),
        exact * quantile.get("value_relative_error").asDouble());
    assertEquals(exact <= 600_000, quantile.get("passed").asBoolean());
  }

  private static void assertFailing(List<Long> expected, JsonNode check) {
    assertEquals(expected.size(), check.get("failing_rows").asInt(), check.toString());
    assertEquals(expected.isEmpty(), check.get("passed").asBoolean());
    List<Long> shown = new ArrayList<>();
    check.get("examples").forEach(example -> shown.add(example.get("ordinal").asLong()));
    assertEquals(expected.subList(0, Math.min(3, expected.size())), shown);
  }

  @Test
  void aQuantileIsJudgedExactlyWhateverTheSign() throws Exception {
    long[] odometers = {5, 5, 7, 9, 100_001, 100_002, 100_003, 100_004, 100_005, 100_006};
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < odometers.length; i++) {
      rows.add(new Row(i, "r", "v", odometers[i], null, "o", null, null, "n"));
    }
    SplittableRandom random = new SplittableRandom(42);
    List<String> checks = new ArrayList<>();
    List<Boolean> expected = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      double share = random.nextInt(11) / 10.0;
      long bound = odometers[random.nextInt(10)] + random.nextInt(-1, 2);
      String sign = List.of("<", "<=", "=", "!=", ">", ">=").get(random.nextInt(6));
      long value = odometers[Math.max(1, (int) Math.ceil(share * 10)) - 1];
      expected.add(
          switch (sign) {
            case "<" -> value < bound;
            case "<=" -> value <= bound;
            case "=" -> value == bound;
            case "!=" -> value != bound;
            case ">" -> value > bound;
            default -> value >= bound;
          });
      checks.add(
          "{check:'quantile(odometer, %s) %s %d',on_failure:'warn'}".formatted(share, sign, bound));
    }
    try (World world = new World(4, rows)) {
      JsonNode found =
          world
              .run("[{stage:'checks',checks:[" + String.join(",", checks) + "]}]")
              .get("stages")
              .findValue("checks");
      for (int i = 0; i < checks.size(); i++) {
        assertEquals(expected.get(i), found.get(i).get("passed").asBoolean(), checks.get(i));
      }
    }
  }

  @Test
  void aFailureStopsTheJobBeforeAnythingIsWrittenAndNamesMaskedRows() throws Exception {
    try (World world = new World(4, rows(100))) {
      int before = world.chunks.size();
      String stages =
          """
          [{stage:'checks',checks:[{check:"note = 'fine'"},{check:'row_count() >= 1'}]},
           {stage:'mask_personal_data',columns:['note']}]
          """;
      NeuroWeaverException error =
          assertThrows(NeuroWeaverException.class, () -> world.run(stages));
      assertEquals(ErrorKind.INVALID_INPUT, error.kind());
      assertTrue(
          error
              .getMessage()
              .startsWith(
                  "stages[0] (checks): 1 of 2 checks failed: note = 'fine' in 15 of 100 rows, such"
                      + " as source ordinal 0: note = mail "),
          error.getMessage());
      assertTrue(error.getMessage().contains("source ordinal 7: "), error.getMessage());
      assertFalse(error.getMessage().contains("jane.doe"), error.getMessage());
      assertFalse(error.details().toString().contains("jane.doe"));
      assertEquals(before, world.chunks.size());
      assertTrue(world.catalog.find("default", "clean").isEmpty());
    }
  }

  @Test
  void dropRejectsTheFailingRowsWithReasonAndDetailAndKeepsTheFirstOfEqualOnes() throws Exception {
    List<Row> rows =
        List.of(
            new Row(0, "A", "v", 1L, 1.0, "OIL1", null, null, "x"),
            new Row(1, "B", "v", -5L, 1.0, "OIL1", null, null, "x"),
            new Row(2, "A", "v", 1L, 1.0, "OIL1", null, null, "x"),
            new Row(3, null, "v", null, 1.0, "OIL1", null, null, "x"),
            new Row(4, null, "v", 2L, 1.0, "OIL1", null, null, "x"),
            new Row(5, "B", "v", 2L, 1.0, "OIL1", null, null, "x"));
    try (World world = new World(4, rows)) {
      ObjectNode result =
          world.run(
              """
              [{stage:'checks',checks:[
                {check:'odometer between 0 and 600000',on_failure:'drop',name:'odometer'},
                {check:'unique(ro_number)',on_failure:'drop'}]}]
              """);
      // Row 5 repeats row 1 of those that enter, though row 1 falls too.
      assertEquals(List.of(0L, 3L, 4L), world.read("clean").stream().map(Row::ordinal).toList());
      assertEquals(1, result.get("rejected").get("failed_odometer").asInt());
      assertEquals(2, result.get("rejected").get("failed_check_2").asInt());
      Row odometer = world.read("clean_rejects").get(0);
      assertEquals("checks", odometer.text(8));
      assertEquals("failed_odometer", odometer.text(9));
      assertEquals("odometer between 0 and 600000; found odometer = -5", odometer.text(10));
      Row repeated = world.read("clean_rejects").get(1);
      assertEquals(
          "unique(ro_number); found ro_number = A; repeats the row of source ordinal 0",
          repeated.text(10));
    }
  }

  @Test
  void checksSeeWhatStagesBeforeThemLeaveAndAddedColumns() throws Exception {
    List<Row> rows =
        List.of(
            new Row(0, "A", "1HGCM82633A004352", 1L, 1.0, "OIL1", null, null, "x"),
            new Row(1, "A", "v", -5L, 1.0, "OIL1", null, null, "x"));
    try (World world = new World(2, rows)) {
      ObjectNode result =
          world.run(
              """
              [{stage:'range_check',columns:{odometer:{min:0}}},
               {stage:'vin_decode'},
               {stage:'checks',checks:[{check:'row_count() = 1'},{check:'vin_model_year = 2003'},
                 {check:'unique(ro_number)'}]}]
              """);
      assertEquals(3, result.get("stages").findValue("checks").size());
      result
          .get("stages")
          .findValue("checks")
          .forEach(check -> assertTrue(check.get("passed").asBoolean()));
    }
  }

  @Test
  void aRunThatIsTakenUpAgainDropsTheSameRows() throws Exception {
    String stages =
        """
        [{stage:'checks',checks:[{check:'unique(vin, op_code)',on_failure:'drop'},
          {check:'delivered_on >= opened_on',on_failure:'drop'}]}]
        """;
    List<Row> rows = rows(2_000);
    try (World straight = new World(8, rows);
        World resumed = new World(8, rows)) {
      ObjectNode expected = straight.run(stages);
      LocalJob first = resumed.job(stages);
      first.diesAtStep = 4;
      assertThrows(IllegalStateException.class, () -> resumed.handler.run(first));
      LocalJob second = resumed.job(stages);
      second.last = first.last;
      ObjectNode result = resumed.handler.run(second);
      assertEquals(
          expected.get("stages").findValue("checks"), result.get("stages").findValue("checks"));
      assertEquals(expected.get("rejected"), result.get("rejected"));
      assertEquals(straight.checksums("clean"), resumed.checksums("clean"));
      assertEquals(straight.checksums("clean_rejects"), resumed.checksums("clean_rejects"));
    }
  }

  @Test
  void withoutRowsOrValuesNothingIsContradictedButTheirNumber() throws Exception {
    try (World world = new World(2, List.of())) {
      ObjectNode result =
          world.run(
              """
              [{stage:'checks',checks:[{check:'mean(hours) > 3'},{check:'completeness(vin) = 1'},
                {check:'quantile(hours, 0.5) > 3'},{check:'odometer > 3'},
                {check:'row_count() > 0',on_failure:'warn'}]}]
              """);
      List<Boolean> passed = new ArrayList<>();
      result
          .get("stages")
          .findValue("checks")
          .forEach(check -> passed.add(check.get("passed").asBoolean()));
      assertEquals(Arrays.asList(true, true, true, true, false), passed);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "checks:[] | (checks).checks is []; right would be a list with at least one entry",
        "checks:[{}] | checks[0].check is missing; right would be a text",
        "checks:[{check:'vin is not null'},{check:'km > 3'}] | checks[1].check has at character 1 km; right would be a column of this dataset",
        "checks:[{check:'odometer between 1'}] | checks[0].check has at character 19 the end; right would be and",
        "checks:[{check:'vin > 3'}] | checks[0].check has at character 7 the number 3; right would be text in single quotes",
        "checks:[{check:'median(hours) > 3'}] | checks[0].check has the unknown function median; right would be a condition",
        "checks:[{check:'mean(vin) > 3'}] | checks[0].check asks for the mean of vin, a column of STRING; right would be a column of INT64 or FLOAT64",
        "checks:[{check:'mean(hours)'}] | has \"\" after mean(...); right would be a comparison with a number",
        "checks:[{check:'mean(hours) >= much'}] | has \">= much\" after mean(...)",
        "checks:[{check:'mean(hours) between 3 and 2'}] | is between 3 and 2; right would be the lesser number first",
        "checks:[{check:'mean(hours'}] | has \"hours\" where mean is given; right would be columns with commas",
        "checks:[{check:'completeness(vin, note) > 0.5'}] | gives 2 arguments to completeness; right would be one column",
        "checks:[{check:'completeness(wine) > 0.5'}] | names the column \"wine\", which the dataset does not have",
        "checks:[{check:'row_count(vin) > 0'}] | gives 1 arguments to row_count; right would be none",
        "checks:[{check:'quantile(hours) > 0'}] | gives 1 arguments to quantile; right would be a column and a share",
        "checks:[{check:'quantile(hours, 1.5) > 0'}] | asks for the quantile 1.5; right would be a share from 0 to 1",
        "checks:[{check:'unique()'}] | gives 0 arguments to unique; right would be 1 to 32 columns",
        "checks:[{check:'unique(vin, vin)'}] | names vin twice; right would be each column once",
        "checks:[{check:'unique(vin) > 3'}] | has \"> 3\" after unique(...); right would be nothing there",
        "checks:[{check:'mean(hours) > 3',on_failure:'drop'}] | on_failure is drop, but mean is a figure of all rows; right would be fail or warn",
        "checks:[{check:'hours > 3',on_failure:'skip'}] | on_failure is \"skip\"; right would be one of fail, warn, drop",
        "checks:[{check:'hours > 3',sample:3}] | checks[0] has the unknown key \"sample\"",
        "checks:[{check:'hours > 3',name:'a'},{check:'hours > 4',name:'a'}] | checks[1].name is \"a\", as another check's",
        "checks:[{check:'hours > 3'}],other:1 | (checks) has the unknown key \"other\"",
        "checks:[{check:\"op_code matches '(a'\"}] | right would be a pattern that RE2 can read",
      })
  void refusesWhatCannotBeComputedNamingThePlace(String knobs, String message) {
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () -> RecipeRun.recipe("[{stage:'checks'," + knobs + "}]", ORDERS, null));
    assertTrue(error.getMessage().contains(message.strip()), error.getMessage());
  }

  @Test
  void namesInQuotesAreColumnsToo() {
    Schema schema = new Schema(List.of(Column.of("sale \"price\", net", ColumnType.FLOAT64)));
    RecipeRun.recipe(
        "[{stage:'checks',checks:[{check:'mean(\"sale \"\"price\"\", net\") > 3'}]}]",
        schema,
        null);
  }
}
