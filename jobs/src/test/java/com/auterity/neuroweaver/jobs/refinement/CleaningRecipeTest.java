package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.automotive.Vin;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.LocalGrid;
import com.auterity.neuroweaver.jobs.grid.StoredRows;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recipes of cleaning stages as jobs, over the partitions of a dataset. */
class CleaningRecipeTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Schema VISITS =
      new Schema(
          List.of(
              Column.of("vin", ColumnType.STRING),
              Column.of("closed", ColumnType.STRING),
              Column.of("odometer", ColumnType.STRING),
              Column.of("notes", ColumnType.STRING)));

  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(8);
  private final MemoryChunkStore chunks = new MemoryChunkStore();
  private final LocalGrid grid = new LocalGrid(catalog, chunks);
  private final RefineHandler handler = new RefineHandler(catalog);

  @TempDir Path folder;

  @AfterEach
  void stop() {
    grid.close();
  }

  private String recipe() {
    return """
        [{"stage": "html_to_text", "columns": ["notes"]},
         {"stage": "dates", "columns": ["closed"], "into": ["closed_on"], "order": "mdy"},
         {"stage": "units", "columns": ["odometer"], "into": ["miles"], "to": "miles"},
         {"stage": "vin_decode"},
         {"stage": "odometer_check", "odometer": "miles", "date": "closed_on"},
         {"stage": "exact_duplicates", "except": ["notes"]},
         {"stage": "toxicity_filter", "columns": ["notes"], "words_file": "%s"}]
        """
        .formatted(folder.resolve("words.txt"));
  }

  private static List<Row> visits() {
    List<Row> rows = new ArrayList<>();
    for (int car = 0; car < 40; car++) {
      String vin = Vin.withCheckDigit("1HGCM826030" + (100_000 + car * 17)).value();
      for (int visit = 0; visit < 5; visit++) {
        boolean wrong = car % 10 == 3 && visit == 2;
        rows.add(
            new Row(
                rows.size(),
                vin,
                (1 + visit) + "/15/2025",
                wrong ? "999,000 mi" : (10_000 + visit * 1_000) + (visit % 2 == 0 ? "" : " miles"),
                car == 7 && visit == 4 ? "what a <b>lemon</b>" : "<p>oil &amp; filter " + visit));
      }
    }
    rows.add(new Row(rows.size(), rows.get(0).text(0), "1/15/2025", "10000", "again"));
    rows.add(new Row(rows.size(), rows.get(0).text(0), "15/1/2025", "10000", "again"));
    return rows;
  }

  @Test
  void addsColumnsRejectsWithReasonsAndGoesOnWithTheSameBytes() throws Exception {
    Files.writeString(folder.resolve("words.txt"), "lemon\n");
    store("raw", visits(), "vin");

    ObjectNode result = handler.run(job("job_1", "straight"));

    assertEquals(
        "{\"dates_closed_on\":1,\"exact_duplicate\":1,\"odometer_implausible\":4,\"toxic_notes\":1}",
        result.get("rejected").toString());
    Manifest clean = catalog.get("default", "straight");
    assertEquals(
        List.of(
            "vin",
            "closed",
            "odometer",
            "notes",
            "closed_on",
            "miles",
            "vin_make",
            "vin_model_year"),
        clean.schema().names());
    assertEquals(8, result.get("profile_after").get("columns").size());
    assertEquals(4, result.get("profile_before").get("columns").size());
    Row first = read("straight").get(0);
    assertEquals(
        new Row(
            0,
            first.text(0),
            "1/15/2025",
            "10000",
            "oil & filter 0",
            LocalDate.of(2025, 1, 15),
            10_000.0,
            "Honda",
            2003L),
        first);
    List<Row> rejects = read("straight_rejects");
    assertEquals(7, rejects.size());
    assertEquals(
        List.of("dates", "exact_duplicates", "odometer_check", "toxicity_filter"),
        List.copyOf(new TreeSet<>(rejects.stream().map(r -> r.text(8)).toList())));

    LocalJob dies = job("job_2", "resumed");
    dies.diesAtStep = 4;
    assertThrows(IllegalStateException.class, () -> handler.run(dies));
    // The job goes on with the words it began with.
    Files.writeString(folder.resolve("words.txt"), "filter\n");
    LocalJob again = job("job_2", "resumed");
    again.last = dies.last;
    handler.run(again);
    assertEquals(checksums("straight"), checksums("resumed"));
    assertEquals(checksums("straight_rejects"), checksums("resumed_rejects"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{\"stage\":\"dates\",\"columns\":[\"closed\"]}] | order is missing; right would be mdy (1/31/2026) or dmy",
        "[{\"stage\":\"dates\",\"columns\":[\"closed\"],\"order\":\"mdy\",\"into\":[]}] | into is []; right would be a list",
        "[{\"stage\":\"dates\",\"columns\":[\"closed\"],\"order\":\"mdy\",\"into\":[\"vin\"]}] | adds the column \"vin\", which is there already",
        "[{\"stage\":\"dates\",\"columns\":[\"closed\"],\"order\":\"mdy\",\"into\":[\"_stage\"]}] | has a column _stage, which the rejects need",
        "[{\"stage\":\"dates\",\"columns\":[\"vin\"],\"order\":\"mdy\"}] | changes vin, by which the dataset's rows are placed",
        "[{\"stage\":\"units\",\"columns\":[\"odometer\"]}] | to is missing; right would be a text",
        "[{\"stage\":\"units\",\"columns\":[\"odometer\"],\"to\":\"furlongs\"}] | to is \"furlongs\"; right would be miles, kilometers, or a currency",
        "[{\"stage\":\"units\",\"columns\":[\"odometer\"],\"to\":\"USD\",\"default_unit\":\"CAD\"}] | rates has no rate of CAD",
        "[{\"stage\":\"units\",\"columns\":[\"odometer\"],\"to\":\"USD\",\"default_unit\":\"miles\"}] | default_unit is miles, but to is USD",
        "[{\"stage\":\"units\",\"columns\":[\"odometer\"],\"to\":\"miles\",\"decimals\":-1}] | decimals is -1; right would be a whole number from 0 to 9",
        "[{\"stage\":\"boilerplate\",\"columns\":[\"notes\"]}] | takes nothing out",
        "[{\"stage\":\"boilerplate\",\"columns\":[\"notes\"],\"lines\":[{\"regex\":\"(?=a)\"}]}] | lines[0].regex is no regular expression",
        "[{\"stage\":\"boilerplate\",\"columns\":[\"notes\"],\"lines\":[{\"regex\":\"a\",\"prefix\":\"b\"}]}] | lines[0] has both prefix and regex",
        "[{\"stage\":\"boilerplate\",\"columns\":[\"notes\"],\"lines\":[{\"suffix\":\"b\"}]}] | has the unknown key \"suffix\"",
        "[{\"stage\":\"text_filter\",\"columns\":[\"notes\"]}] | filters nothing",
        "[{\"stage\":\"text_filter\",\"columns\":[\"notes\"],\"max_digits\":2}] | max_digits is 2; right would be a number from 0.0 to 1.0",
        "[{\"stage\":\"text_filter\",\"columns\":[\"notes\"],\"min_words\":5,\"max_words\":4}] | has min_words 5 above max_words 4",
        "[{\"stage\":\"text_filter\",\"columns\":[\"notes\"],\"max_words\":4,\"ngram\":3}] | ngram is there alone",
        "[{\"stage\":\"trouble_codes\"}] | names no column",
        "[{\"stage\":\"vin_decode\",\"make\":\"x\",\"model_year\":\"x\"}] | names x for both make and model_year",
        "[{\"stage\":\"odometer_check\",\"vehicle\":\"notes\",\"date\":\"closed\"}] | right would be a dataset loaded with partition_by: notes",
        "[{\"stage\":\"html_to_text\",\"columns\":[\"notes\",\"notes\"]}] | names notes twice",
      })
  void refusesAWrongRecipeNamingThePlace(String recipe, String message) throws Exception {
    store("raw", visits().subList(0, 3), "vin");
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class, () -> handler.validate("default", parameters("x", recipe)));
    assertEquals(ErrorKind.INVALID_INPUT, error.kind());
    assertTrue(error.getMessage().contains(message.strip()), error.getMessage());
  }

  // ---- what the tests share

  private LocalJob job(String id, String as) throws Exception {
    ObjectNode parameters = parameters(as, recipe());
    handler.validate("default", parameters);
    return new LocalJob(id, catalog, chunks, grid, parameters);
  }

  private static ObjectNode parameters(String as, String recipe) throws Exception {
    ObjectNode parameters = JSON.createObjectNode();
    parameters.put("dataset", "raw").put("as", as);
    parameters.set("stages", JSON.readTree(recipe));
    return parameters;
  }

  private void store(String name, List<Row> rows, String partitionBy) {
    StoredRows.store(catalog, chunks, name, VISITS, partitionBy, rows);
  }

  private List<Row> read(String name) {
    return StoredRows.read(catalog, chunks, name);
  }

  private List<String> checksums(String name) {
    return StoredRows.checksums(catalog, name);
  }
}
