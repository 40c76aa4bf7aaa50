package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import com.auterity.neuroweaver.datasets.store.DatasetProfile;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.KeptProfile;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.LocalGrid;
import com.auterity.neuroweaver.jobs.grid.StoredRows;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefineHandlerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RECIPE =
      """
      [{"stage": "schema_check", "required": ["vin", "customer_text", "answer"],
        "types": {"model_year": "int64"},
        "json": {"answer": ["op_code", "system", "urgency", "parts", "hours", "reply"]}},
       {"stage": "normalize", "columns": ["customer_text"], "unicode": "nfkc"},
       {"stage": "range_check",
        "columns": {"odometer": {"min": 0, "max": 1000000},
                    "model_year": {"min": 1980, "max": 2027},
                    "request_id": {"regex": "S[RH]-[0-9]{7}"}},
        "rules": [{"left": "created_at", "operator": ">=", "right": "model_year", "plus": -1}]},
       {"stage": "vin_check", "column": "vin", "model_year_column": "model_year"},
       {"stage": "exact_duplicates", "columns": ["vin", "customer_text", "answer"]},
       {"stage": "mask_personal_data", "columns": ["customer_text"]}]
      """;
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

  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(8);
  private final MemoryChunkStore chunks = new MemoryChunkStore();
  private final LocalGrid grid = new LocalGrid(catalog, chunks);
  private final RefineHandler handler = new RefineHandler(catalog);

  @AfterEach
  void stop() {
    grid.close();
  }

  @Test
  void rejectsAndMasksExactlyWhatWasPlanted() throws Exception {
    ServiceRequests requests = new ServiceRequests(7, 4000, Split.TRAIN, Dirt.usual());
    List<Row> all = rows(requests);
    store("raw", REQUESTS, all, null);
    Map<String, Integer> planted = requests.planted();

    ObjectNode result = handler.run(job("job_1", "raw", "clean", RECIPE));

    JsonCounts rejected = new JsonCounts(result.get("rejected"));
    assertEquals(planted.get("empty_row"), rejected.of("empty_customer_text"));
    assertEquals(planted.get("odometer_range"), rejected.of("range_odometer"));
    assertEquals(planted.get("model_year_range"), rejected.of("range_model_year"));
    assertEquals(planted.get("created_before_made"), rejected.of("contradiction"));
    assertEquals(planted.get("wrong_vin"), rejected.of("vin_check_digit"));
    assertEquals(planted.get("vin_year"), rejected.of("vin_model_year"));
    assertEquals(planted.get("exact_duplicate"), rejected.of("exact_duplicate"));
    assertEquals(7, rejected.size());
    JsonCounts masked = new JsonCounts(result.get("masked"));
    int kinds = 0;
    for (String kind : List.of("phone", "email", "ssn", "card", "name")) {
      assertEquals(planted.get("personal_" + kind), masked.of(kind), kind);
      kinds++;
    }
    assertEquals(kinds, masked.size(), "masked more than was planted: " + result.get("masked"));
    assertEquals(4000, result.get("rows_in").asInt());
    assertEquals(4000 - rejected.sum(), result.get("rows_kept").asInt());

    assertEquals(4000, result.get("profile_before").get("rows").asInt());
    assertEquals(result.get("rows_kept"), result.get("profile_after").get("rows"));
    assertEquals(9, result.get("profile_after").get("columns").size());

    long rows = 4000;
    for (JsonNode stage : result.get("stages")) {
      assertEquals(rows, stage.get("rows_in").asLong(), stage.toString());
      rows -= new JsonCounts(stage.get("rejected")).sum();
      assertEquals(
          stage.get("rejected").propertyStream().map(Map.Entry::getKey).toList(),
          stage.get("examples").propertyStream().map(Map.Entry::getKey).toList());
    }
    assertEquals(result.get("rows_kept").asLong(), rows);
    JsonNode examples = result.get("stages").get(2).at("/examples/range_odometer");
    assertEquals(3, examples.size());
    for (JsonNode example : examples) {
      Row row = all.get(example.get("ordinal").asInt());
      assertEquals(row.text(0), example.at("/row/request_id").asText());
      assertTrue(example.get("detail").asText().contains("odometer"), example.toString());
    }
    assertFalse(result.get("stages").toString().contains("@"), "an address is shown");

    Manifest clean = catalog.get("default", "clean");
    assertEquals(result.get("rows_kept").asLong(), clean.rows());
    assertEquals(List.of(catalog.get("default", "raw").versionId()), clean.parents());
    Manifest rejects = catalog.get("default", result.get("rejects_dataset").asText());
    assertEquals(rejected.sum(), rejects.rows());
  }

  @Test
  void keepsTheRowOfLowestOrdinalOverAllPartitionsAndSaysWhy() throws Exception {
    Schema schema =
        new Schema(List.of(Column.of("id", ColumnType.INT64), Column.of("t", ColumnType.STRING)));
    List<Row> rows = new ArrayList<>();
    for (long i = 0; i < 100; i++) {
      rows.add(new Row(i, i, i % 7 == 3 ? "  same\u00a0text" : "text " + i));
    }
    store("raw", schema, rows, null);
    String recipe =
        """
        [{"stage": "normalize", "columns": ["t"]},
         {"stage": "exact_duplicates", "except": ["id"]}]
        """;

    ObjectNode result = handler.run(job("job_1", "raw", "clean", recipe));

    assertEquals(13, result.get("rejected").get("exact_duplicate").asInt());
    List<Row> kept = read("clean");
    assertEquals(87, kept.size());
    assertTrue(kept.stream().anyMatch(r -> r.ordinal() == 3 && r.text(1).equals("same text")));
    Row reject = read("clean_rejects").get(0);
    assertEquals(10, reject.ordinal());
    assertEquals("exact_duplicates", reject.text(2));
    assertEquals("exact_duplicate", reject.text(3));
    assertEquals("equals the row of source ordinal 3", reject.text(4));
  }

  @Test
  void aKeptProfileOfTheSourceIsTakenAndHidesMaskedValuesToo() throws Exception {
    store("raw", REQUESTS, rows(new ServiceRequests(3, 200, Split.TRAIN, Dirt.usual())), null);
    ObjectNode first = handler.run(job("job_1", "raw", "clean", RECIPE));
    Manifest raw = catalog.get("default", "raw");
    DatasetReader reader = new DatasetReader(catalog, chunks);
    for (int p = 0; p < raw.partitions(); p++) {
      DatasetProfile profile = DatasetProfile.of(REQUESTS);
      reader.partition(raw, p).forEach(profile::add);
      KeptProfile.put(chunks, raw, p, profile);
    }
    ObjectNode second = handler.run(job("job_2", "raw", "again", RECIPE));
    assertEquals(first.get("profile_before"), second.get("profile_before"));
    int seen = 0;
    for (var column : second.get("profile_before").get("columns")) {
      if (column.get("name").asText().equals("customer_text")) {
        assertFalse(column.has("frequent"));
        assertTrue(column.get("min").isNull());
        seen++;
      }
    }
    assertEquals(1, seen);
  }

  @Test
  void secondDuplicateStageSeesWhatTheFirstLeft() throws Exception {
    Schema schema =
        new Schema(List.of(Column.of("a", ColumnType.STRING), Column.of("b", ColumnType.STRING)));
    store(
        "raw",
        schema,
        List.of(
            new Row(0, "x", "1"), new Row(1, "x", "2"), new Row(2, "y", "2"), new Row(3, "z", "3")),
        null);
    handler.run(
        job(
            "job_1",
            "raw",
            "clean",
            """
            [{"stage": "exact_duplicates", "columns": ["a"]},
             {"stage": "exact_duplicates", "columns": ["b"]}]
            """));
    // Row 1 falls by a, so row 2 is the first with b = 2.
    assertEquals(List.of(0L, 2L, 3L), read("clean").stream().map(Row::ordinal).toList());
  }

  @Test
  void goesOnFromTheLastCommittedPartitionWithTheSameBytes() throws Exception {
    store("raw", REQUESTS, rows(new ServiceRequests(3, 900, Split.TRAIN, Dirt.usual())), null);
    handler.run(job("job_straight", "raw", "straight", RECIPE));

    LocalJob first = job("job_2", "raw", "resumed", RECIPE);
    first.diesAtStep = 4;
    assertThrows(IllegalStateException.class, () -> handler.run(first));
    assertFalse(catalog.find("default", "resumed").isPresent());
    // Newer data must not slip into the second half.
    store("raw", REQUESTS, rows(new ServiceRequests(4, 50, Split.TRAIN, Dirt.none())), null);
    grid.calls.clear();

    LocalJob second = job("job_2", "raw", "resumed", RECIPE);
    second.last = first.last;
    ObjectNode result = handler.run(second);

    assertEquals(8 - 3, grid.calls.get(RefinePartition.class));
    assertEquals(900, result.get("rows_in").asInt());
    assertEquals(900, result.get("profile_before").get("rows").asInt());
    assertEquals(checksums("straight"), checksums("resumed"));
    assertEquals(checksums("straight_rejects"), checksums("resumed_rejects"));
  }

  @Test
  void leavesNothingWhenItIsCancelled() throws Exception {
    store("raw", REQUESTS, rows(new ServiceRequests(3, 300, Split.TRAIN, Dirt.usual())), null);
    int before = chunks.size();
    LocalJob job = job("job_1", "raw", "clean", RECIPE);
    job.cancelledAtStep = 8;
    NeuroWeaverException error = assertThrows(NeuroWeaverException.class, () -> handler.run(job));
    assertEquals(ErrorKind.CANCELLED, error.kind());
    assertFalse(catalog.find("default", "clean").isPresent());
    assertEquals(before, chunks.size());
  }

  @Test
  void masksPersonalDataInRejectedRowsToo() throws Exception {
    Schema schema =
        new Schema(List.of(Column.of("n", ColumnType.INT64), Column.of("t", ColumnType.STRING)));
    store("raw", schema, List.of(new Row(0, -4L, "reach me: pia.lund@fjord.example.org")), null);
    handler.run(
        job(
            "job_1",
            "raw",
            "clean",
            """
            [{"stage": "range_check", "columns": {"n": {"min": 0}}},
             {"stage": "mask_personal_data", "columns": ["t"]}]
            """));
    Row reject = read("clean_rejects").get(0);
    assertEquals("reach me: [email]", reject.text(1));
    assertEquals("n is -4, below 0", reject.text(4));
    assertEquals(0, catalog.get("default", "clean").rows());
  }

  @Test
  void dropsRowsWithAKindAndShowsExamplesOfTheOthersWithoutTheRawValue() throws Exception {
    Schema schema =
        new Schema(List.of(Column.of("id", ColumnType.INT64), Column.of("t", ColumnType.STRING)));
    List<Row> rows = new ArrayList<>();
    for (long i = 0; i < 40; i++) {
      rows.add(new Row(i, i, i == 9 ? "my ssn is 219-09-9998" : "ring 503-227-70" + (10 + i)));
    }
    store("raw", schema, rows, null);
    ObjectNode result =
        handler.run(
            job(
                "job_1",
                "raw",
                "clean",
                """
                [{"stage": "mask_personal_data", "columns": ["t"], "action": "mask",
                  "actions": {"ssn": "drop"}, "keep_last": 2}]
                """));
    assertEquals(39, result.get("masked").get("phone").asInt());
    assertEquals(1, result.get("rejected").get("personal_ssn").asInt());
    assertEquals(
        "[{\"column\":\"t\",\"action\":\"mask\",\"ordinal\":0,\"text\":\"ring ***-***-**10\"},"
            + "{\"column\":\"t\",\"action\":\"mask\",\"ordinal\":1,\"text\":\"ring ***-***-**11\"},"
            + "{\"column\":\"t\",\"action\":\"mask\",\"ordinal\":2,\"text\":\"ring ***-***-**12\"}]",
        result.get("masked_examples").get("phone").toString());
    Row reject = read("clean_rejects").get(0);
    assertEquals("my ssn is [ssn]", reject.text(1));
    assertEquals("t holds ssn", reject.text(4));
    assertFalse(result.toString().contains("227-70"), "the raw value is in " + result);
    assertFalse(result.toString().contains("9998"), "the raw value is in " + result);
  }

  @Test
  void aRunTakenUpWithAnotherKeyIsRefused(@TempDir Path folder) throws Exception {
    Path key = folder.resolve("masking.key");
    Files.writeString(key, "first secret of the test");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    Schema schema = new Schema(List.of(Column.of("t", ColumnType.STRING)));
    List<Row> rows = new ArrayList<>();
    for (long i = 0; i < 40; i++) {
      rows.add(new Row(i, "ring 503-227-70" + (10 + i)));
    }
    store("raw", schema, rows, null);
    String recipe =
        """
        [{"stage": "mask_personal_data", "columns": ["t"], "action": "hash", "key_file": "%s"}]
        """
            .formatted(key);
    LocalJob first = job("job_1", "raw", "clean", recipe);
    first.diesAtStep = 4;
    assertThrows(IllegalStateException.class, () -> handler.run(first));
    assertEquals(1, grid.calls.get(RecipeCheck.class), "each node is asked once, before");

    Files.writeString(key, "second secret of the test");
    LocalJob second = job("job_1", "raw", "clean", recipe);
    second.last = first.last;
    NeuroWeaverException error =
        assertThrows(NeuroWeaverException.class, () -> handler.run(second));
    assertTrue(error.getMessage().contains("another one than that the job began with"));

    Files.writeString(key, "first secret of the test\n");
    LocalJob third = job("job_1", "raw", "clean", recipe);
    third.last = first.last;
    assertEquals(40, handler.run(third).get("masked").get("phone").asInt());
    assertTrue(read("clean").stream().allMatch(row -> row.text(0).startsWith("ring [phone:")));
  }

  @Test
  void refusesToChangeTheColumnThatPlacesRows() throws Exception {
    store("raw", REQUESTS, rows(new ServiceRequests(3, 20, Split.TRAIN, Dirt.none())), "vin");
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                handler.validate(
                    "default",
                    parameters(
                        "raw", "x", "[{\"stage\": \"normalize\", \"columns\": [\"vin\"]}]")));
    assertTrue(error.getMessage().contains("by which the dataset's rows are placed"));
    handler.run(job("job_1", "raw", "clean", RECIPE));
    assertEquals("vin", catalog.get("default", "clean").partitionBy());
  }

  @Test
  void namesADatasetThatIsNotThere() {
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () -> handler.validate("default", parameters("nope", "x", RECIPE)));
    assertEquals(ErrorKind.NOT_FOUND, error.kind());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "[] | stages is []; right would be a list of at least one stage",
        "[{\"stage\":\"dedupe\"}] | stages[0].stage is \"dedupe\"; right would be one of schema_check",
        "[{\"stage\":\"vin_check\",\"colum\":\"vin\"}] | stages[0] (vin_check) has the unknown key \"colum\"; right would be one of column, model_year_column, stage",
        "[{\"stage\":\"vin_check\",\"column\":\"vim\"}] | stages[0] (vin_check).column names the column \"vim\", which the dataset does not have; right would be one of request_id",
        "[{\"stage\":\"normalize\",\"unicode\":\"nfd\"}] | unicode is \"nfd\"; right would be one of nfc, nfkc, keep",
        "[{\"stage\":\"normalize\",\"columns\":[\"odometer\"]}] | names odometer, a column of INT64; right would be text columns only",
        "[{\"stage\":\"normalize\",\"empty_to_null\":1}] | empty_to_null is 1; right would be true or false",
        "[{\"stage\":\"range_check\"}] | checks nothing; right would be at least one of columns, rules",
        "[{\"stage\":\"range_check\",\"columns\":{\"odometer\":{\"min\":5,\"max\":1}}}] | has min 5.0 above max 1.0",
        "[{\"stage\":\"range_check\",\"columns\":{\"odometer\":{\"mni\":5}}}] | columns.odometer has the unknown key \"mni\"",
        "[{\"stage\":\"range_check\",\"columns\":{\"vin\":{\"regex\":\"(\"}}}] | is no regular expression",
        "[{\"stage\":\"range_check\",\"rules\":[{\"left\":\"vin\",\"operator\":\"=\",\"right\":\"vin\"}]}] | rules[0].operator is \"=\"; right would be one of <, <=",
        "[{\"stage\":\"schema_check\",\"required\":\"vin\"}] | required is \"vin\"; right would be a list",
        "[{\"stage\":\"schema_check\",\"types\":{\"vin\":\"text\"}}] | types.vin is \"text\"; right would be one of string, int64",
        "[{\"stage\":\"mask_personal_data\"}] | columns is missing; right would be a list",
        "[{\"stage\":\"mask_personal_data\",\"columns\":[\"vin\"],\"types\":[\"iban\"]}] | types is \"iban\"; right would be one of email, card",
        "[{\"stage\":\"mask_personal_data\",\"columns\":[\"vin\"],\"region\":\"USA\"}] | region is \"USA\"; right would be a two-letter country",
        "[{\"stage\":\"mask_personal_data\",\"columns\":[\"vin\"],\"action\":\"hash\"}] | hashes without a key; right would be key_env (a variable named NEUROWEAVER_KEY_...) or key_file",
        "[{\"stage\":\"mask_personal_data\",\"columns\":[\"vin\"],\"action\":\"hash\",\"key_env\":\"NEUROWEAVER_KEY_OF_NOBODY\"}] | names the variable NEUROWEAVER_KEY_OF_NOBODY, which is not set in this node's environment",
        "[{\"stage\":\"mask_personal_data\",\"columns\":[\"vin\"],\"action\":\"hash\",\"key_env\":\"PATH\"}] | key_env is \"PATH\"; right would be a variable named NEUROWEAVER_KEY_...",
        "[{\"stage\":\"mask_personal_data\",\"columns\":[\"vin\"],\"action\":\"hash\",\"key_file\":\"/nowhere/x.key\"}] | names the file /nowhere/x.key, which this node does not have",
        "[{\"stage\":\"mask_personal_data\",\"columns\":[\"vin\"],\"action\":\"hash\",\"seed\":7}] | seed is given for hashes, which anybody could then compute",
        "[{\"stage\":\"mask_personal_data\",\"columns\":[\"vin\"],\"action\":\"surrogate\"}] | or a seed",
        "[{\"stage\":\"mask_personal_data\",\"columns\":[\"vin\"],\"seed\":7}] | seed is given though nothing needs it",
        "[{\"stage\":\"mask_personal_data\",\"columns\":[\"vin\"],\"keep_last\":2}] | keep_last is given though nothing is masked",
        "[{\"stage\":\"mask_personal_data\",\"columns\":[\"vin\"],\"threshold\":1.5}] | threshold is 1.5; right would be above 0 and at most 1",
        "[{\"stage\":\"mask_personal_data\",\"columns\":[\"vin\"],\"types\":[\"ssn\"],\"actions\":{\"phone\":\"drop\"}}] | actions has the unknown key \"phone\"; right would be one of ssn",
        "[{\"stage\":\"exact_duplicates\",\"columns\":[\"vin\"],\"except\":[\"make\"]}] | has both columns and except",
        "[7] | stages[0] is 7; right would be an object",
      })
  void refusesAWrongRecipeNamingThePlace(String recipe, String message) throws Exception {
    store("raw", REQUESTS, rows(new ServiceRequests(3, 5, Split.TRAIN, Dirt.none())), null);
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () -> handler.validate("default", parameters("raw", "x", recipe)));
    assertEquals(ErrorKind.INVALID_INPUT, error.kind());
    assertTrue(error.getMessage().contains(message.strip()), error.getMessage());
  }

  @Test
  void refusesUnknownParameters() throws Exception {
    ObjectNode parameters = parameters("raw", "x", RECIPE);
    parameters.put("keep_rejects", true);
    NeuroWeaverException error =
        assertThrows(NeuroWeaverException.class, () -> handler.validate("default", parameters));
    assertTrue(error.getMessage().contains("refine has the unknown key \"keep_rejects\""));
  }

  // ---- what the tests share

  private record JsonCounts(com.fasterxml.jackson.databind.JsonNode node) {
    int of(String key) {
      return node.path(key).asInt();
    }

    int size() {
      return node.size();
    }

    int sum() {
      int sum = 0;
      for (var count : node) {
        sum += count.asInt();
      }
      return sum;
    }
  }

  private LocalJob job(String id, String dataset, String as, String recipe)
      throws JsonProcessingException {
    ObjectNode parameters = parameters(dataset, as, recipe);
    handler.validate("default", parameters);
    return new LocalJob(id, catalog, chunks, grid, parameters);
  }

  private static ObjectNode parameters(String dataset, String as, String recipe)
      throws JsonProcessingException {
    ObjectNode parameters = JSON.createObjectNode();
    parameters.put("dataset", dataset).put("as", as);
    parameters.set("stages", JSON.readTree(recipe));
    return parameters;
  }

  private static List<Row> rows(ServiceRequests requests) {
    List<Row> rows = new ArrayList<>();
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
      rows.add(new Row(rows.size(), values));
    }
    return rows;
  }

  private void store(String name, Schema schema, List<Row> rows, String partitionBy) {
    StoredRows.store(catalog, chunks, name, schema, partitionBy, rows);
  }

  private List<Row> read(String name) {
    return StoredRows.read(catalog, chunks, name);
  }

  private List<String> checksums(String name) {
    return StoredRows.checksums(catalog, name);
  }
}
